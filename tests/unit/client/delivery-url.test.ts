import { assertEquals } from "@std/assert";
import { deliveryUrl } from "../../../supabase/client/delivery-url.ts";

const base = "https://res.cloudinary.com/demo/image/upload";
const image = { resource_type: "image", type: "upload", secure_url: `${base}/v1/a/b.png` } as const;

for (
  const [title, options, transformation] of [
    ["nothing asked for", {}, "f_auto/q_auto"],
    ["a width", { width: 399.6 }, "c_limit,w_400/f_auto/q_auto"],
    ["a height", { height: 20 }, "c_limit,h_20/f_auto/q_auto"],
    ["width and height", { width: 40, height: 20 }, "c_fill,g_auto,h_20,w_40/f_auto/q_auto"],
    ["a sharp screen", { width: 40, pixelRatio: 1.5 }, "c_limit,w_40/dpr_1.5/f_auto/q_auto"],
    ["format and quality", { format: "webp", quality: 70 }, "f_webp/q_70"],
  ] as const
) {
  Deno.test(`url with ${title} → ${transformation}`, () => {
    assertEquals(deliveryUrl(image, options), `${base}/${transformation}/v1/a/b.png`);
  });
}

Deno.test("url of a video → resized, or its first frame", () => {
  const video = {
    resource_type: "video",
    type: "upload",
    secure_url: "https://media.example.com/video/upload/v1/a.b/c.mp4",
  } as const;
  const folder = "https://media.example.com/video/upload/c_limit,w_9/f_auto/q_auto/v1/a.b";
  assertEquals(deliveryUrl(video, { width: 9 }), `${folder}/c.mp4`);
  assertEquals(deliveryUrl(video, { width: 9, poster: true }), `${folder}/c.jpg`);
});

Deno.test("url of what cannot be transformed → the original of raw files, else null", () => {
  const raw = { ...image, resource_type: "raw", secure_url: "https://x/raw/upload/a.pdf" } as const;
  assertEquals(deliveryUrl(raw, { width: 9 }), "https://x/raw/upload/a.pdf");
  assertEquals(deliveryUrl({ ...image, type: "authenticated" }), null);
  assertEquals(deliveryUrl({ ...image, secure_url: null }), null);
});
