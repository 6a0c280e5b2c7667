/** Every scenario, by topic. */
import { accounts } from "./accounts.ts";
import { conflicts } from "./conflicts.ts";
import { deletes } from "./deletes.ts";
import { edits } from "./edits.ts";
import { guards } from "./guards.ts";
import { looking } from "./looking.ts";
import { names } from "./names.ts";
import { oddNames } from "./odd-names.ts";
import { onTheWay } from "./on-the-way.ts";
import { refusals } from "./refusals.ts";
import { scope } from "./scope.ts";

export const topics = {
  edits,
  conflicts,
  deletes,
  names,
  "odd names": oddNames,
  "on the way": onTheWay,
  guards,
  scope,
  refusals,
  looking,
  accounts,
};
