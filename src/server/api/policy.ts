/**
 * Who may do what: one row for each operation of the API, whether it lists, searches, exports or
 * changes, and what of a person is shown to whom. Nothing else decides either.
 */

/** Each may do what those before it may. */
export const ROLES = ['viewer', 'operator', 'administrator'] as const;

export type Role = (typeof ROLES)[number];

/**
 * The least role. Whoever may only operate cannot override a guard: what a plan file or a release
 * lets go is not held any more.
 */
export const POLICY = {
  getDescription: 'anybody',
  getStatus: 'viewer',
  listSystems: 'viewer',
  listRuns: 'viewer',
  getRun: 'viewer',
  listTasks: 'viewer',
  getTask: 'viewer',
  watchTask: 'viewer',
  getPlan: 'viewer',
  listOperations: 'viewer',
  listRefusals: 'viewer',
  findPeople: 'viewer',
  explainPerson: 'viewer',
  listLog: 'viewer',
  listUnsent: 'viewer',
  listReviews: 'viewer',
  listDrift: 'viewer',
  startRun: 'operator',
  startPlan: 'operator',
  provisionPerson: 'operator',
  cancelTask: 'operator',
  reconcileSystem: 'operator',
  undoRun: 'operator',
  resumeRun: 'operator',
  exportPlan: 'operator',
  applyPlan: 'administrator',
  releasePlan: 'administrator',
  releaseHeld: 'administrator',
  releaseAccount: 'administrator',
  releaseAbsences: 'administrator',
} as const satisfies Readonly<Record<string, Role | 'anybody'>>;

export type OperationName = keyof typeof POLICY;

export function isAllowed(role: Role, operation: OperationName): boolean {
  const least = POLICY[operation];
  return least === 'anybody' || ROLES.indexOf(role) >= ROLES.indexOf(least);
}

/** Whether a run it starts counts as typed by a person, who may let a first run go unheld. */
export function mayStartFirstRun(role: Role): boolean {
  return role === 'administrator';
}

/** Who sees values of attributes that are nobody's business. */
export function seesEverything(role: Role): boolean {
  return role !== 'viewer';
}

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
