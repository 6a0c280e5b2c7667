/** Who listens to which topic. A private topic and a public one of the same name are two. */
import type { Broadcast } from "./messages.ts";

/** Gets the broadcasts of a topic. */
export interface Member {
  deliver(broadcast: Broadcast): void;
}

/** All topics that somebody listens to. */
export interface Topics {
  enter(topic: string, isPrivate: boolean, member: Member): void;
  leave(topic: string, isPrivate: boolean, member: Member): void;
  /** @param except The member who sent it and wants none of it. */
  publish(topic: string, isPrivate: boolean, broadcast: Broadcast, except?: Member): void;
  isEmpty(): boolean;
}

/** Makes the list, empty. */
export function createTopics(): Topics {
  const members = new Map<string, Set<Member>>();
  const keyOf = (topic: string, isPrivate: boolean) =>
    `${isPrivate ? "private" : "public"}:${topic}`;
  return {
    enter: (topic, isPrivate, member) => {
      const key = keyOf(topic, isPrivate);
      const known = members.get(key);
      if (known) known.add(member);
      else members.set(key, new Set([member]));
    },
    leave: (topic, isPrivate, member) => {
      const key = keyOf(topic, isPrivate);
      const known = members.get(key);
      known?.delete(member);
      if (known?.size === 0) members.delete(key);
    },
    publish: (topic, isPrivate, broadcast, except) => {
      for (const member of members.get(keyOf(topic, isPrivate)) ?? []) {
        if (member !== except) member.deliver(broadcast);
      }
    },
    isEmpty: () => members.size === 0,
  };
}
