import http from "node:http";
import https from "node:https";

/** Lends HTTP agents, each of which owns one connection. */
export interface AgentPool {
  /** An idle agent, or a new one. */
  take(): http.Agent;
  /** Gives an agent back whose answer was read to its end. */
  giveBack(agent: http.Agent): void;
  /** Cuts an agent's connection, and with it the call that hangs on it. */
  discard(agent: http.Agent): void;
  /** Cuts every connection. */
  close(): void;
}

const MAX_IDLE = 8;

/**
 * The SDK can neither abort an Admin call nor drain an unexpected answer: both would leave a dead
 * connection in a shared agent, on which the next call would wait for ever. Hence one connection per
 * agent, which is thrown away after any failure and reused after success.
 *
 * The agent also tells the SDK's request which protocol to speak: it chooses `http` or `https` when it is
 * first loaded, and refuses the other one unless an agent for it is passed.
 *
 * @param uploadPrefix Origin of the API; its protocol decides the kind of agent.
 */
export function createAgentPool(uploadPrefix: string): AgentPool {
  const plain = uploadPrefix.startsWith("http:");
  const idle: http.Agent[] = [];
  const all = new Set<http.Agent>();

  const create = (): http.Agent => {
    const options = { keepAlive: true, maxSockets: 1 };
    const agent = plain ? new http.Agent(options) : new https.Agent(options);
    all.add(agent);
    return agent;
  };
  const discard = (agent: http.Agent) => {
    if (!all.delete(agent)) return;
    // A request whose kept-alive connection is cut would be sent again on a new one, behind the back of
    // the caller who has just given it up. This agent makes no new connection any more.
    agent.maxSockets = 0;
    agent.maxTotalSockets = 0;
    agent.destroy();
  };
  return {
    take: () => idle.pop() ?? create(),
    giveBack(agent) {
      if (!all.has(agent)) return;
      if (idle.length < MAX_IDLE) idle.push(agent);
      else discard(agent);
    },
    discard,
    close() {
      idle.length = 0;
      for (const agent of [...all]) discard(agent);
    },
  };
}
