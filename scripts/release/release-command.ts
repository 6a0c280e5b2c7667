import { readRepositoryFiles } from "../check/repository-files.ts";
import { readFrozen } from "../migration/frozen-migrations.ts";
import { migrationCommand } from "../migration/migration-command.ts";
import { badArguments, readFlags } from "../support/read-flags.ts";
import { CHANGELOG_FILE, changesOf, releaseBlock, tellsOf } from "./changelog.ts";
import { isLater, versionsOf, withVersion } from "./versions.ts";

const usage = `Makes a version of what stands under Unreleased in the changelog.

  deno task release 0.2.0           gives the changelog's block its version and date, raises the version of the database, the
                                    functions and openapi.json, brings the migrations there, and freezes them
  deno task release --notes 0.2.0   prints what the changelog tells of a version: the text of its release
  --help                            this text

Nothing is committed and nothing is published: look at the change, run .ci/run, commit, and push the tag v0.2.0, upon which
the workflow Release publishes.`;

/** What the command needs of its surroundings; tests replace folder and time. */
export interface ReleaseSurroundings {
  print(line: string): void;
  /** The project's folder, ending in `/`. */
  root?: string;
  now?: () => Date;
}

/**
 * `deno task release`: makes a version, or tells of one.
 *
 * @returns 0, or 1 where the migrations are not in order.
 * @throws CommandError `bad_arguments`, `nothing_to_release`, `unknown_version`, `postgres_unavailable`
 */
export async function releaseCommand(
  args: string[],
  {
    print,
    root = new URL("../../", import.meta.url).pathname,
    now = () => new Date(),
  }: ReleaseSurroundings,
): Promise<number> {
  const flags = readFlags("release", args.filter((argument) => argument.startsWith("-")), {
    notes: { type: "boolean" },
    help: { type: "boolean" },
  });
  if (flags.help) {
    print(usage);
    return 0;
  }
  const [version, ...more] = args.filter((argument) => !argument.startsWith("-"));
  if (version === undefined || more.length > 0 || !/^\d+\.\d+\.\d+$/.test(version)) {
    throw badArguments("release", "Name one version, such as 0.2.0.");
  }
  const changelog = await Deno.readTextFile(root + CHANGELOG_FILE);
  if (flags.notes) {
    print(changesOf(changelog, version));
    return 0;
  }
  return await release(version, changelog, { print, root, now });
}

async function release(
  version: string,
  changelog: string,
  { print, root, now }: Required<ReleaseSurroundings>,
): Promise<number> {
  const files = await readRepositoryFiles(root);
  const [present] = versionsOf(files) as [string];
  // The same again is a release that was broken off, unless the changelog tells of it.
  if (!isLater(version, present) && (version !== present || tellsOf(changelog, version))) {
    throw badArguments("release", `This code is at ${present} already; name a later version.`);
  }
  const released = releaseBlock(changelog, version, now().toISOString().slice(0, 10));
  const isFirst = Object.keys(readFrozen(files)).length === 0;

  for (const { path, text } of withVersion(files, version)) {
    await Deno.writeTextFile(root + path, text);
  }
  const topic = `release_${version.replaceAll(".", "_")}`;
  const code = await migrationCommand(isFirst ? [] : [topic], { print, root });
  if (code !== 0) return code;
  await migrationCommand(["--freeze"], { print, root });
  // Last: a release that was broken off can be made again.
  await Deno.writeTextFile(root + CHANGELOG_FILE, released);
  print(
    `This is ${version}. Look at the change, run .ci/run, commit it, and push the tag v${version}.`,
  );
  return 0;
}
