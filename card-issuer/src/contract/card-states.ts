/** What a page calls a card's states. Apart, because a page needs nothing else of the service. */
export { CARD_STATE_TEXTS, type CardState } from '../domain/card-states.ts';
