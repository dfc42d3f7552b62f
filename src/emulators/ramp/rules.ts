/** How Ramp receives accounts, as rules of a directory. */

import { type DirectoryOptions, directoryOptions } from '../../connectors/directory/options.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const WORK_MAIL = 'emails[type eq "work"].value';
export const DEPARTMENT = `${ENTERPRISE}:department`;
export const LOCATION = 'addresses[type eq "work"].locality';
export const MANAGER = `${ENTERPRISE}:manager`;

export interface RampSwitches {
  /** Seconds until a reading shows a change; Ramp says about five minutes. */
  readonly visibilityLagSeconds?: number;
  readonly defaultDepartment?: string;
  readonly defaultLocation?: string;
  /** False: Ramp's uniqueness of user names cannot be relied upon. */
  readonly uniqueness?: boolean;
  /** Whether roles follow what is sent; without it they are decided at the invitation. */
  readonly roleSync?: boolean;
  /** What a DELETE does. */
  readonly onDelete?: 'deactivate' | 'refuse';
  /** Sends invitations where a person has no manager. */
  readonly accountOwner?: string;
  /** Default spend programs, issued with an invitation. */
  readonly spendPrograms?: readonly string[];
}

export function rampOptions(switches: RampSwitches): DirectoryOptions {
  const { defaultDepartment, defaultLocation } = switches;
  return directoryOptions.parse({
    kinds: ['user'],
    visibleAfterSeconds: switches.visibilityLagSeconds ?? 0,
    receive: {
      required: [
        { path: 'userName', name: 'user name' },
        { path: 'name.givenName', name: 'first name' },
        { path: 'name.familyName', name: 'last name' },
        { path: WORK_MAIL, name: 'e-mail' },
        { path: DEPARTMENT, name: 'department', default: defaultDepartment },
        { path: LOCATION, name: 'location', default: defaultLocation },
      ],
      unique: switches.uniqueness ?? true,
      lists: { department: DEPARTMENT, location: LOCATION },
      references: [
        {
          path: MANAGER,
          name: 'manager',
          missing: 'wait',
          refuse: [
            {
              path: 'roles.value',
              values: ['IT_ADMIN', 'BUSINESS_BOOKKEEPER'],
              because: 'IT Admin and Accounting users cannot be managers',
            },
          ],
        },
      ],
      role: {
        type: 'rampUserRole',
        values: ROLES,
        createOnly: ['GUEST_USER'],
        initial: 'BUSINESS_USER',
        received: switches.roleSync ?? false,
        manager: 'Manager',
        others: 'Employee',
      },
      remove: switches.onDelete ?? 'deactivate',
      invitation: {
        owner: switches.accountOwner ?? 'owner@contoso.com',
        subject: 'You are invited to Ramp',
        programs: switches.spendPrograms ?? ['Travel and expenses'],
      },
      confirm: [WORK_MAIL],
      confirmation: {
        from: switches.accountOwner ?? 'owner@contoso.com',
        subject: 'Verify your new e-mail address',
      },
    },
  });
}

const ROLES: Readonly<Record<string, string>> = {
  BUSINESS_OWNER: 'Owner',
  BUSINESS_ADMIN: 'Admin',
  BUSINESS_USER: 'Cardholder',
  BUSINESS_BOOKKEEPER: 'Bookkeeper',
  GUEST_USER: 'Guest',
  IT_ADMIN: 'IT Admin',
  AUDITOR: 'Auditor',
};
