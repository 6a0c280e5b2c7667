/** `deno task release`: makes a version of what stands under Unreleased. */
import { releaseCommand } from "./release/release-command.ts";
import { runAsProcess } from "./support/command.ts";

if (import.meta.main) await runAsProcess((args, { print }) => releaseCommand(args, { print }));
