/**
 * What a new card takes over from the card that it replaces: blood group, alerts, allergies, immunizations (items 41–56,
 * CARD-FACTS DF02). The source is the server's last copy of what the old card holds.
 */
import type { CardData, ElementValue } from '@rhc/card/personalization';
import { elementOfItem } from './profile-items.ts';

const MEDICAL_ITEMS = Array.from({ length: 16 }, (_, index) => 41 + index);

export interface MedicalCopy {
  /** Card that it came from. */
  readonly cardId: string;
  readonly elements: Readonly<Record<string, ElementValue>>;
  readonly allergies: CardData['allergies'];
  readonly immunizations: CardData['immunizations'];
}

export function medicalCopyOf(cardId: string, data: CardData): MedicalCopy {
  const elements: Record<string, ElementValue> = {};
  for (const item of MEDICAL_ITEMS) {
    const { id } = elementOfItem(item);
    elements[id] = data.elements[id] ?? null;
  }
  return { cardId, elements, allergies: data.allergies, immunizations: data.immunizations };
}

/** The new card's data with the old card's medical part. */
export function withMedicalCopy(data: CardData, copy: MedicalCopy): CardData {
  return {
    ...data,
    elements: { ...data.elements, ...copy.elements },
    allergies: copy.allergies,
    immunizations: copy.immunizations,
  };
}
