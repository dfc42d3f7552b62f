/** What is private about people. */

/**
 * Attributes of people, in any system, whose values a viewer does not see: private life, not work.
 * Parts of them are covered too. Compared without case.
 */
export const SENSITIVE: readonly string[] = [
  'addresses[type eq "home"]',
  'bankAccount',
  'birthDate',
  'birthday',
  'birthName',
  'citizenship',
  'dateOfBirth',
  'disability',
  'emergencyContact',
  'emails[type eq "home"]',
  'ethnicity',
  'gender',
  'homeAddress',
  'homePhone',
  'iban',
  'maritalStatus',
  'nationalId',
  'nationality',
  'otherMails',
  'passportNumber',
  'password',
  'personalEmail',
  'personalPhone',
  'phoneNumbers[type eq "home"]',
  'privateEmail',
  'privatePhone',
  'religion',
  'salary',
  'sex',
  'socialSecurityNumber',
  'ssn',
  'taxId',
];

const NAMES: ReadonlySet<string> = new Set(SENSITIVE.map((name) => name.toLowerCase()));

/** Whether an attribute, or one that has it as a part, is private. */
export function isSensitive(name: string): boolean {
  const bare = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf(':')) + 1).toLowerCase();
  return NAMES.has(bare) || NAMES.has(bare.split('.')[0] ?? bare);
}
