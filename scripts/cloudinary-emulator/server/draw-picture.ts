import { encode } from "fast-png";
import type { Asset } from "../store/asset.ts";

/** Shorter side of a picture that stands for a generated asset, in pixels. */
const SHORTER_SIDE = 120;
/** No picture is longer, in shorter sides: what is cropped to a tile still shows something. */
const LONGEST = 1.8;

type Color = readonly [red: number, green: number, blue: number];

/** One range of hills: its outline from the left edge to the right, and its colour. */
interface Hills {
  /** Height of the outline at a place, both from 0 to 1 from the top left. */
  outline(x: number): number;
  color: Color;
}

/**
 * A small landscape, roughly in the asset's proportions, as PNG. Everything in it is taken from the asset_id, so that an asset looks
 * the same whenever it is asked for, and one can tell assets apart at a glance.
 */
export function drawPicture(asset: Pick<Asset, "asset_id" | "width" | "height">): Uint8Array {
  const width = asset.width ?? 4;
  const height = asset.height ?? 3;
  const shape = Math.min(Math.max(width / height, 1 / LONGEST), LONGEST);
  const columns = Math.round(SHORTER_SIDE * Math.max(1, shape));
  const rows = Math.round(SHORTER_SIDE * Math.max(1, 1 / shape));
  /** A number from 0 to 1. */
  const chance = (at: number) =>
    (parseInt(asset.asset_id.slice(2 * at, 2 * at + 2), 16) || 0) / 255;

  const hue = chance(0) * 360;
  const [above, below] = [toRgb(hue, 0.5, 0.72), toRgb(hue + 45, 0.7, 0.9)];
  const sun = {
    x: 0.2 + 0.6 * chance(1),
    y: 0.18 + 0.25 * chance(2),
    radius: 0.06 + 0.06 * chance(3),
  };
  const sunColor = toRgb(45, 0.95, 0.85);
  const ranges = [0, 1, 2].map((index): Hills => {
    const [level, height] = [0.48 + 0.18 * index, 0.04 + 0.07 * chance(4 + index)];
    const [shift, waves] = [chance(7 + index) * 7, 3 + 5 * chance(10 + index)];
    return {
      outline: (x) =>
        level + height * Math.sin(shift + waves * x) + 0.35 * height * Math.sin(2.7 * waves * x),
      color: toRgb(hue + 25 * index - 20, 0.32, 0.58 - 0.15 * index),
    };
  });

  const data = new Uint8Array(columns * rows * 3);
  for (let column = 0; column < columns; column++) {
    const x = column / columns;
    const outlines = ranges.map(({ outline }) => outline(x));
    for (let row = 0; row < rows; row++) {
      const y = row / rows;
      const range = outlines.findLastIndex((outline) => y > outline);
      const distance = Math.hypot((x - sun.x) * columns / rows, y - sun.y);
      const color = range >= 0
        ? ranges[range]!.color
        : distance < sun.radius
        ? sunColor
        : above.map((value, index) => value + (below[index]! - value) * Math.min(1, y / 0.7));
      data.set(color, (row * columns + column) * 3);
    }
  }
  return encode({ width: columns, height: rows, data, channels: 3 });
}

/** @param hue in degrees; saturation and lightness from 0 to 1 */
function toRgb(hue: number, saturation: number, lightness: number): Color {
  const reach = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number) => {
    const at = (offset + hue / 30 + 24) % 12;
    return Math.round(255 * (lightness - reach * Math.max(-1, Math.min(at - 3, 9 - at, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}
