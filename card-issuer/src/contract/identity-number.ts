/** GB 11643 for a page that checks while one types; the service checks again. Apart, because a page needs nothing else of it. */
export { IDENTITY_NUMBER_RULES, type IdentityNumberFault, parseIdentityNumber } from '../domain/identity-number.ts';
