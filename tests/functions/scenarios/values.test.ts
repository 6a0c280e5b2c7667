/** Two-way semantics: what becomes of values, on either side and while they are on their way. */
import { testTopics } from "./test-topics.ts";

testTopics("edits", "conflicts", "refusals", "odd names", "looking", "accounts");
