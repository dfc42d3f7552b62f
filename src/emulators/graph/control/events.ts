/** What was asked and answered, and what the emulator found to be bad practice. */

export interface GraphEvent {
  readonly at: Date;
  readonly method: string;
  readonly path: string;
  /** 0 where no answer was given. */
  readonly status: number;
  readonly appId?: string;
  /** Resource units charged. */
  readonly units?: number;
  /** The replica that served it. */
  readonly replica?: number;
}

export interface Finding {
  /** `contract`: the emulator itself sent what the published contract does not have. */
  readonly kind: 'contract' | 'missing-select' | 'retry-before-its-time' | 'delete-without-ref';
  readonly message: string;
}

export interface EventLog {
  /** Says more about the request under way, before `record` closes it. */
  served(detail: Pick<GraphEvent, 'appId' | 'units' | 'replica'>): void;
  record(event: GraphEvent): void;
  find(kind: Finding['kind'], message: string): void;
  events(): readonly GraphEvent[];
  findings(): readonly Finding[];
}

const MOST_EVENTS = 10_000;

export function eventLog(): EventLog {
  let events: GraphEvent[] = [];
  const findings = new Map<string, Finding>();
  let detail: Pick<GraphEvent, 'appId' | 'units' | 'replica'> = {};
  return {
    served: (more) => {
      detail = more;
    },
    record: (event) => {
      if (events.length >= MOST_EVENTS) events = events.slice(MOST_EVENTS / 2);
      events.push({ ...event, ...detail });
      detail = {};
    },
    find: (kind, message) => {
      findings.set(`${kind} ${message}`, { kind, message });
    },
    events: () => [...events],
    findings: () => [...findings.values()],
  };
}
