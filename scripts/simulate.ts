/** `deno task simulate`: the simulator in a process of its own, because it replaces the process's clock and network. */
const child = new Deno.Command(Deno.execPath(), {
  args: [
    "run",
    "--quiet",
    "--allow-all",
    `--config=${decodeURIComponent(new URL("../deno.json", import.meta.url).pathname)}`,
    new URL("../tests/simulation/simulator/command.ts", import.meta.url).href,
    ...Deno.args,
  ],
  stdin: "null",
}).spawn();
Deno.exit((await child.status).code);
