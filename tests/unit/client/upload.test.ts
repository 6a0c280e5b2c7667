/** Uploads, with Cloudinary on a port of its own: the client posts there by itself. */
import { assertEquals, assertMatch } from "@std/assert";
import { failureOf, fakeProject } from "./fake-project.ts";
import type { UploadProgress } from "../../../supabase/client/mod.ts";
import { sendFile } from "../../../supabase/client/send-file.ts";

interface Cloudinary {
  url: string;
  forms: FormData[];
}

async function withCloudinary(
  answer: () => Response | Promise<Response>,
  fn: (cloudinary: Cloudinary) => Promise<void>,
): Promise<void> {
  const forms: FormData[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      forms.push(await request.formData());
      return await answer();
    },
  );
  try {
    await fn({ url: `http://127.0.0.1:${server.addr.port}/upload`, forms });
  } finally {
    await server.shutdown();
  }
}

const uploaded = { asset_id: "x", public_id: "p", version: 1, signature: "s" };
const signed = (
  url: string,
  confirm = () => Response.json({ success: true, item: { id: "row" } }),
) =>
  fakeProject(({ path }) =>
    path.endsWith("/confirm") ? confirm() : Response.json({
      success: true,
      upload_url: url,
      fields: { public_id: "p", timestamp: "1", signature: "s" },
    })
  );
const file = new File(["content"], "Red shoe.png", { type: "image/png" });

Deno.test("upload → signed with the file's name, posted with the fields before the file, confirmed", async () => {
  await withCloudinary(() => Response.json(uploaded), async ({ url, forms }) => {
    const { media, asked } = signed(url);
    const progress: UploadProgress[] = [];
    const item = await media.upload(file, {
      folder: "a",
      tags: ["x"],
      onProgress: (told) => progress.push(told),
    });
    assertEquals(item.id, "row");
    assertEquals(asked.map(({ body }) => body), [
      { folder: "a", tags: ["x"], filename: "Red shoe.png" },
      uploaded,
    ]);
    assertEquals([...forms[0]!.keys()], ["public_id", "timestamp", "signature", "file"]);
    assertEquals((forms[0]!.get("file") as File).name, "Red shoe.png");
    assertEquals(progress.map(({ percent }) => percent), [0, 100]);
  });
});

Deno.test("upload of a Blob, of a name of 300 letters → no name, and one that keeps its ending", async () => {
  await withCloudinary(() => Response.json(uploaded), async ({ url }) => {
    const { media, asked } = signed(url);
    await media.upload(new Blob(["x"]));
    await media.upload(new File(["x"], `${"a".repeat(300)}.jpeg`));
    assertEquals(asked[0]!.body, {});
    assertMatch(asked[2]!.body.filename, /^a{250}\.jpeg$/);
  });
});

for (
  const [title, answer, code, status] of [
    [
      "refuses the file",
      () => Response.json({ error: { message: "Invalid image file" } }, { status: 400 }),
      "upload_refused",
      400,
    ],
    [
      "has no quota left",
      () => Response.json({ error: { message: "Rate Limit" } }, { status: 420 }),
      "upload_refused",
      420,
    ],
    ["answers with a page", () => new Response("<html>"), "upload_refused", 200],
  ] as const
) {
  Deno.test(`upload that Cloudinary ${title} → MediaError ${code}, and nothing is confirmed`, async () => {
    await withCloudinary(answer, async ({ url }) => {
      const { media, asked } = signed(url);
      const error = await failureOf(media.upload(file));
      assertEquals([error.code, error.status, asked.length], [code, status, 1]);
      assertMatch(error.message, /^Cloudinary [^<{]+\.$/);
    });
  });
}

Deno.test("upload to where nobody listens → MediaError network", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listener.addr.port}/`;
  listener.close();
  assertEquals((await failureOf(signed(url).media.upload(file))).code, "network");
});

Deno.test("upload that is cancelled while it goes out → MediaError aborted, and nothing is confirmed", async () => {
  const stop = new AbortController();
  const { promise, resolve } = Promise.withResolvers<Response>();
  await withCloudinary(() => {
    stop.abort();
    return promise;
  }, async ({ url }) => {
    const { media, asked } = signed(url);
    assertEquals((await failureOf(media.upload(file, { signal: stop.signal }))).code, "aborted");
    assertEquals(asked.length, 1);
    resolve(Response.json({}));
  });
});

Deno.test("upload whose confirmation is lost → says that the file has arrived", async () => {
  await withCloudinary(() => Response.json(uploaded), async ({ url }) => {
    const { media } = signed(url, () => new Response("", { status: 502 }));
    const error = await failureOf(media.upload(file));
    assertMatch(error.message, /^The file is uploaded/);
  });
});

Deno.test("a file too large for one request → parts of one upload, each told; the last answer counts", async () => {
  const ranges: (string | null)[] = [];
  const ids = new Set<string | null>();
  let content = "";
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      ranges.push(request.headers.get("content-range"));
      ids.add(request.headers.get("x-unique-upload-id"));
      const form = await request.formData();
      assertEquals([...form.keys()], ["signature", "file"]);
      content += await (form.get("file") as File).text();
      return Response.json({ part: ranges.length });
    },
  );
  try {
    const loaded: number[] = [];
    const { body } = await sendFile(
      `http://127.0.0.1:${server.addr.port}/`,
      { fields: { signature: "s" }, file: new Blob(["0123456789"]), name: "a.txt" },
      { sizes: { whole: 9, part: 4 }, onProgress: (progress) => loaded.push(progress.loaded) },
    );
    assertEquals(ranges, ["bytes 0-3/10", "bytes 4-7/10", "bytes 8-9/10"]);
    assertEquals([ids.size, content, body], [1, "0123456789", { part: 3 }]);
    assertEquals(loaded, [0, 4, 8, 10]);
  } finally {
    await server.shutdown();
  }
});

Deno.test("a part that is refused → no further part goes out", async () => {
  await withCloudinary(() => Response.json({}, { status: 400 }), async ({ url, forms }) => {
    const outgoing = { fields: {}, file: new Blob(["0123456789"]), name: "a.txt" };
    const { status } = await sendFile(url, outgoing, { sizes: { whole: 9, part: 4 } });
    assertEquals([status, forms.length], [400, 1]);
  });
});
