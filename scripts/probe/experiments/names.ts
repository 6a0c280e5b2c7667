import { found } from "../finding.ts";
import type { Experiment } from "./experiment.ts";

/** What counts as one public_id. */
export const names: Experiment = {
  facts: ["public_id_case", "public_id_unicode"],
  adminCalls: 0,
  async run(lab) {
    const upper = await lab.put("Case");
    const lower = await lab.put("case");
    const decomposed = lab.name("e\u0301");
    const accented = await lab.put("e\u0301");
    const isOne = upper.body.asset_id === lower.body.asset_id;
    const isKept = accented.body.public_id === decomposed;
    return [
      found(
        "public_id_case",
        isOne ? "insensitive" : "sensitive",
        `"Case" and "case" are ${isOne ? "one asset" : "two assets"}`,
      ),
      found(
        "public_id_unicode",
        isKept ? "kept" : "nfc",
        `a decomposed é is ${isKept ? "kept" : "told otherwise"}`,
      ),
    ];
  },
};

/** Whether what was signed for an upload deletes an asset. */
export const signatures: Experiment = {
  facts: ["upload_signature_elsewhere"],
  adminCalls: 0,
  async run(lab) {
    await lab.put("signed");
    // Exactly the parameters that an upload of that name would have.
    const { status, body } = await lab.account.upload("image/destroy", {
      public_id: lab.name("signed"),
      overwrite: "false",
      tags: "t",
    });
    const isTaken = status === 200 && body.result === "ok";
    return [
      found(
        "upload_signature_elsewhere",
        isTaken ? "taken" : "refused",
        `destroy with an upload's parameters: ${isTaken ? "done" : status}`,
      ),
    ];
  },
};
