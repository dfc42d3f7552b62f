/** The file that `init` writes: short, commented, and working as it is. */

import { stringify } from 'yaml';

export type SourceChoice = 'entra' | 'csv';
export type TargetChoice = 'ramp' | 'scim';

export interface Answers {
  readonly from: SourceChoice;
  readonly to: TargetChoice;
  /** By the keys of the questions. */
  readonly values: Readonly<Record<string, string>>;
  /** What has to be set before it works. */
  readonly secrets: readonly Secret[];
}

interface Secret {
  readonly name: string;
  readonly help: string;
}

interface Choice {
  /** What is written when nobody is asked. */
  readonly fixed: Readonly<Record<string, string>>;
  readonly questions: readonly { readonly key: string; readonly message: string }[];
  readonly secrets: readonly Secret[];
}

export const SOURCES: Readonly<Record<SourceChoice, Choice>> = {
  entra: {
    fixed: {
      entraTenant: 'contoso.onmicrosoft.com',
      clientId: '00000000-0000-0000-0000-000000000000',
    },
    questions: [
      { key: 'entraTenant', message: "The tenant's domain or ID" },
      { key: 'clientId', message: "The app registration's application (client) ID" },
    ],
    secrets: [],
  },
  csv: {
    fixed: { file: 'people.csv' },
    questions: [{ key: 'file', message: 'The file, from the folder of lockstep.yaml' }],
    secrets: [],
  },
};

export const TARGETS: Readonly<Record<TargetChoice, Choice>> = {
  ramp: {
    fixed: { url: 'https://api.ramp.com/scim/v2', application: 'Ramp' },
    questions: [
      { key: 'url', message: "The base URL that Ramp's SCIM page shows" },
      { key: 'application', message: 'The enterprise application people are assigned to' },
    ],
    secrets: [{ name: 'RAMP_TOKEN', help: "the API token of Ramp's SCIM page" }],
  },
  scim: {
    fixed: { url: 'https://app.example.com/scim/v2', application: 'Contoso App' },
    questions: [
      { key: 'url', message: 'The SCIM base URL, without /Users' },
      { key: 'application', message: 'The enterprise application people are assigned to' },
    ],
    secrets: [{ name: 'SCIM_TOKEN', help: 'a bearer token of the application' }],
  },
};

/** Answers, with what is usual for what was not asked. */
export function answersOf(
  from: SourceChoice,
  to: TargetChoice,
  values: Readonly<Record<string, string>>,
): Answers {
  return {
    from,
    to,
    values: { ...SOURCES[from].fixed, ...TARGETS[to].fixed, ...values },
    secrets: [...SOURCES[from].secrets, ...TARGETS[to].secrets],
  };
}

/** @param schema Path of the JSON Schema from the folder of the file, for editors. */
export function starter({ from, to, values }: Answers, schema: string): string {
  const value = (key: string): string => stringify(values[key] ?? '').trimEnd();
  return [
    `# yaml-language-server: $schema=${schema}`,
    `# ${TITLE[from]} to ${TITLE[to]}. Every key is explained in docs/configuration.md.`,
    '',
    'store: ./data # SQLite in this folder; or postgres://…',
    '',
    'systems:',
    SOURCE[from](value),
    '',
    TARGET[to](value, from),
    '',
    'schedule: { every: 1m } # lockstep serve repeats runs this often',
    '',
    '# Told when something needs a person:',
    `# alerts: [{ webhook: "\${env:ALERT_URL}", on: [failed, held, quarantined, silent] }]`,
    '',
  ].join('\n');
}

const TITLE: Readonly<Record<SourceChoice | TargetChoice, string>> = {
  entra: 'Microsoft Entra ID',
  csv: 'A CSV file',
  ramp: 'Ramp',
  scim: 'a SCIM 2.0 application',
};

type Value = (key: string) => string;

const SOURCE: Readonly<Record<SourceChoice, (value: Value) => string>> = {
  entra: (value) => `  entra:
    connector: entra
    options:
      tenant: ${value('entraTenant')}
      clientId: ${value('clientId')}
      certificate: "\${file:./entra.pem}" # the certificate and its private key, as PEM
    read:
      user: {} # what is read follows from what mappings and scopes use`,
  csv: (value) => `  hr:
    connector: file
    options:
      path: ${value('file')}
      id: employeeId # the column that never changes
    read:
      user:
        # Identity attribute: expression over the columns. A column that is not named here keeps its name.
        map:
          userPrincipalName: "[email]"
          mail: "[email]"
          jobTitle: "[title]"
          manager: { value: "[managerId]", ref: employeeId } # the person whose employeeId this is`,
};

const TARGET: Readonly<Record<TargetChoice, (value: Value, from: SourceChoice) => string>> = {
  ramp: (value, from) => `  ramp:
    connector: scim
    profile: ramp # its mapping, its rules and its limits
    options:
      url: ${value('url')}
      token: "\${env:RAMP_TOKEN}"
    write:
      user:
${whom(value, from)}
        map: # single rows over those of the profile
          # Ramp refuses people without department or location; or set defaults in Ramp instead.
          "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department":
            { value: "[department]", default: Unassigned }
        firstRun: hold # the first plan waits for: lockstep release ramp
        # pilot: [ada@contoso.com] # while set, nobody else is written`,
  scim: (value, from) => `  app:
    connector: scim
    options:
      url: ${value('url')}
      token: "\${env:SCIM_TOKEN}"
    write:
      user:
${whom(value, from)}
        match: [userName] # how an account that is there already is found
        leave: disable # disable, delete, { delete-after: 30d } or keep
        firstRun: hold # the first plan waits for: lockstep release app
        # pilot: [ada@contoso.com] # while set, nobody else is written`,
};

function whom(value: Value, from: SourceChoice): string {
  return from === 'entra'
    ? `        assigned: { entra: ${value('application')} } # to that enterprise application, directly or by group
        scope: not (userType eq "Guest")`
    : `        # scope: department eq "Sales" # a SCIM filter; without one, everybody`;
}
