/** What others do to the directory: an administrator in the portal, the directory's own upkeep. */

import type { Properties } from '../directory.ts';
import type { FederatedCredential } from '../tenant.ts';

/** `id` of a user may be the user principal name wherever one is asked for. */
export type Act =
  | {
      readonly act: 'create';
      readonly type: 'user' | 'group' | 'servicePrincipal';
      readonly properties: Properties;
    }
  /** `null` clears a property. */
  | { readonly act: 'update'; readonly id: string; readonly properties: Properties }
  | { readonly act: 'delete' | 'restore' | 'purge'; readonly id: string }
  | { readonly act: 'set-manager'; readonly id: string; readonly manager: string }
  | { readonly act: 'clear-manager'; readonly id: string }
  | {
      readonly act: 'add-member' | 'remove-member' | 'add-owner' | 'remove-owner';
      readonly group: string;
      readonly member: string;
    }
  | {
      readonly act: 'assign-app-role';
      readonly principal: string;
      /** Object id of the application's service principal. */
      readonly resource: string;
      /** Id or value of the role; the default access when absent. */
      readonly role?: string;
    }
  | { readonly act: 'unassign-app-role'; readonly id: string }
  | ({ readonly act: 'register-application' } & ApplicationRegistration);

export interface ApplicationRegistration {
  readonly displayName: string;
  readonly secret?: string;
  /** Certificates as base64 of their DER. */
  readonly certificates?: readonly string[];
  readonly federated?: readonly FederatedCredential[];
  /**
   * Application permissions of Microsoft Graph, by value: `User.Read.All`. What needs another one
   * is refused; an application registered without any list may do everything.
   */
  readonly permissions?: readonly string[];
}

export interface ActResult {
  /** The object that was created or changed. */
  readonly id: string;
  /** Of an application: its client id and its service principal. */
  readonly appId?: string;
  readonly servicePrincipalId?: string;
}
