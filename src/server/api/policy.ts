/**
 * Who may do what: one row for each operation of the API, whether it lists, searches, exports or
 * changes, and who sees what is sensitive. Nothing else decides either.
 */

export const ROLES = ['viewer', 'auditor', 'operator', 'administrator'] as const;

export type Role = (typeof ROLES)[number];

/** What each may do: whatever needs one of these. An auditor changes nothing; an operator is audited. */
const COVERS: Readonly<Record<Role, readonly Role[]>> = {
  viewer: ['viewer'],
  auditor: ['viewer', 'auditor'],
  operator: ['viewer', 'operator'],
  administrator: ['viewer', 'auditor', 'operator', 'administrator'],
};

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
  showIdentity: 'viewer',
  identityHistory: 'viewer',
  listGroups: 'viewer',
  listGroupMembers: 'viewer',
  listLog: 'viewer',
  listLogEntries: 'viewer',
  listUnsent: 'viewer',
  listReviews: 'viewer',
  getReview: 'viewer',
  listDecisions: 'viewer',
  listDrift: 'viewer',
  listUploads: 'viewer',
  getUpload: 'viewer',
  planErasure: 'auditor',
  listErasures: 'auditor',
  getPrivacyReport: 'auditor',
  listAudit: 'auditor',
  verifyAudit: 'auditor',
  getAuditCheckpoint: 'auditor',
  startRun: 'operator',
  uploadRecords: 'operator',
  startPlan: 'operator',
  provisionPerson: 'operator',
  cancelTask: 'operator',
  reconcileSystem: 'operator',
  undoRun: 'operator',
  resumeRun: 'operator',
  decideReview: 'operator',
  undoDecision: 'operator',
  mergePeople: 'operator',
  unmergePerson: 'operator',
  exportPlan: 'operator',
  // It holds what is shown to nobody else.
  exportPerson: 'administrator',
  erasePerson: 'administrator',
  allowRecord: 'administrator',
  applyPlan: 'administrator',
  // A configuration names files and variables of the server.
  planWith: 'administrator',
  releasePlan: 'administrator',
  releaseHeld: 'administrator',
  releaseAccount: 'administrator',
  releaseAbsences: 'administrator',
  listTokens: 'administrator',
  createToken: 'administrator',
  rotateToken: 'administrator',
  revokeToken: 'administrator',
  listClients: 'administrator',
  createClient: 'administrator',
  rotateClient: 'administrator',
  revokeClient: 'administrator',
  // Of the tenant `default`, to whom the installation belongs.
  listTenants: 'administrator',
  createTenant: 'administrator',
  configureTenant: 'administrator',
  removeTenant: 'administrator',
  restoreTenant: 'administrator',
} as const satisfies Readonly<Record<string, Role | 'anybody'>>;

export type OperationName = keyof typeof POLICY;

export function isAllowed(role: Role, operation: OperationName): boolean {
  const least = POLICY[operation];
  return least === 'anybody' || COVERS[role].includes(least);
}

/** Whether a run it starts counts as typed by a person, who may let a first run go unheld. */
export function mayStartFirstRun(role: Role): boolean {
  return role === 'administrator';
}

/** Who sees values of attributes that are nobody's business. */
export function seesEverything(role: Role): boolean {
  return role === 'operator' || role === 'administrator';
}
