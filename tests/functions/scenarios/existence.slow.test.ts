/** Two-way semantics: names, deletions, absence and scope. */
import { testTopics } from "./test-topics.ts";

testTopics("deletes", "names", "on the way", "guards", "scope");
