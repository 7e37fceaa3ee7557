/**
 * Finds the agent on this machine: the ports are fixed and few. When none answers, asks the browser why: insecure page,
 * frame without leave, permission refused, the site's own CSP, an agent that does not take this origin, or no agent.
 */
import { problem, type RhcProblem } from './problem.ts';

export interface AgentStatus {
  readonly service: 'reader-agent';
  readonly version: string;
  readonly api: number;
  readonly ready: boolean;
  readonly readers: number;
  readonly cards: number;
}

export const PORTS: readonly number[] = [8103, 18_103, 28_103, 38_103];
const PROBE_MS = 2000;
const REPORT_MS = 100;
/** A person has to answer the browser's question first. */
const PROMPT_MS = 60_000;
/** Names that browsers gave this permission, newest first (Chrome 145, 142). */
const PERMISSIONS = ['loopback-network', 'local-network-access'] as const;

const blockedByCsp = new Set<string>();
if (typeof document !== 'undefined') {
  document.addEventListener('securitypolicyviolation', (event) => {
    if (URL.canParse(event.blockedURI)) blockedByCsp.add(new URL(event.blockedURI).origin);
  });
}

/** Port of the agent that served this script, when one did: it is asked first. */
let servingPort: number | null = null;

export function servedFrom(url: string): void {
  if (!URL.canParse(url)) return;
  const { hostname, port } = new URL(url);
  if (hostname === '127.0.0.1' || hostname === 'localhost') servingPort = Number(port);
}

export const addressOf = (port: number): string => `http://127.0.0.1:${port}`;

/** @throws RhcProblem that says in one sentence what stands in the way */
export async function findAgent(listed: readonly number[]): Promise<{ base: string; status: AgentStatus }> {
  const ports = servingPort === null ? listed : [servingPort, ...listed.filter((port) => port !== servingPort)];
  const patienceMs = (await permissionState()) === 'prompt' ? PROMPT_MS : PROBE_MS;
  const tries = ports.map(async (port) => {
    const base = addressOf(port);
    const answer = await fetch(`${base}/status`, { cache: 'no-store', signal: AbortSignal.timeout(patienceMs) });
    const status = (await answer.json()) as AgentStatus;
    if (status.service !== 'reader-agent') throw new Error('somebody else listens there');
    return { base, status };
  });
  const begun = performance.now();
  try {
    return await Promise.any(tries);
  } catch {
    throw await whyNot(ports, performance.now() - begun > PROMPT_MS - PROBE_MS);
  }
}

async function permissionState(): Promise<PermissionState | 'unknown'> {
  for (const name of PERMISSIONS) {
    try {
      return (await navigator.permissions.query({ name: name as PermissionName })).state;
    } catch {
      // This browser does not know that name.
    }
  }
  return 'unknown';
}

async function whyNot(ports: readonly number[], waitedForPerson: boolean): Promise<RhcProblem> {
  if (!isSecureContext) return problem('INSECURE_CONTEXT');
  // The browser reports a blocked request after it has refused it.
  await new Promise((done) => setTimeout(done, REPORT_MS));
  if (ports.some((port) => blockedByCsp.has(addressOf(port)))) return problem('CSP_BLOCKED');
  const state = await permissionState();
  if (framedWithoutLeave()) return problem('IFRAME_NOT_ALLOWED');
  if (state === 'denied') return problem('PERMISSION_DENIED');
  if (waitedForPerson && state === 'prompt') return problem('PERMISSION_PENDING');
  // An answer that this page may not read still tells that somebody is there.
  const knocks = ports.map((port) =>
    fetch(`${addressOf(port)}/status`, { mode: 'no-cors', signal: AbortSignal.timeout(PROBE_MS) }),
  );
  return Promise.any(knocks).then(
    () => problem('ORIGIN_NOT_ALLOWED'),
    () => problem('AGENT_NOT_RUNNING'),
  );
}

interface PolicyOfDocument {
  features(): string[];
  allowsFeature(name: string): boolean;
}

function framedWithoutLeave(): boolean {
  if (window.top === window) return false;
  const policy = (document as unknown as { featurePolicy?: PolicyOfDocument }).featurePolicy;
  const known = PERMISSIONS.filter((name) => policy?.features().includes(name) === true);
  return known.length > 0 && known.every((name) => policy?.allowsFeature(name) === false);
}
