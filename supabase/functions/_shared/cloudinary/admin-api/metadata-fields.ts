import {
  METADATA_FIELD_TYPES,
  type MetadataChoice,
  type MetadataField,
} from "../../contract/metadata-fields.ts";
import { CloudinaryError } from "../errors.ts";
import type { Answer, Transport } from "../transport.ts";

/** The definitions of structured metadata; a call spends one unit of the hourly budget. */
export function createAdminMetadataFields(transport: Transport) {
  return {
    /**
     * All fields, in Cloudinary's order.
     *
     * @throws CloudinaryError `unavailable` also for an answer that holds no list of fields.
     */
    async listMetadataFields(): Promise<Answer<MetadataField[]>> {
      const { data, rateLimit } = await transport.viaFetch("GET metadata_fields", {
        method: "GET",
        path: ["metadata_fields"],
      });
      // Documented as an object that holds the list; nothing says that an account without fields has an empty one.
      if (!Array.isArray(data.metadata_fields)) {
        throw new CloudinaryError("Cloudinary sent no list of metadata fields.", {
          code: "unavailable",
        });
      }
      return { data: data.metadata_fields.flatMap(readField), rateLimit };
    },
  };
}

/** What has no external_id can be no key of a value. */
function readField(given: unknown): MetadataField[] {
  const { external_id, label, type, mandatory, datasource } = asRecord(given);
  if (typeof external_id !== "string" || external_id === "") return [];
  const values = asRecord(datasource).values;
  const known = METADATA_FIELD_TYPES.find((one) => one === type) ?? "string";
  return [{
    external_id,
    label: typeof label === "string" && label !== "" ? label : external_id,
    type: known,
    mandatory: mandatory === true,
    values: (known === "enum" || known === "set") && Array.isArray(values)
      ? values.flatMap(readChoice)
      : [],
  }];
}

/** Cloudinary may leave out the choices that were switched off, or tell them by their `state`; both are documented. */
function readChoice(given: unknown): MetadataChoice[] {
  const { external_id, value, state } = asRecord(given);
  if (typeof external_id !== "string" || external_id === "") return [];
  return [{
    external_id,
    value: typeof value === "string" && value !== "" ? value : external_id,
    state: state === "inactive" ? "inactive" : "active",
  }];
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}
