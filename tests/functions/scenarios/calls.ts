/** Endpoints of Cloudinary that write, as scenarios count them. */
export const tags = "POST /:upload_resource_type/tags";
export const context = "POST /:upload_resource_type/context";
export const metadata = "POST /:upload_resource_type/metadata";
export const explicit = "POST /:upload_resource_type/explicit";
export const rename = "POST /:upload_resource_type/rename";
export const update = "POST /resources/:resource_type/:type/*public_id";
export const remove = "DELETE /resources";
export const restore = "POST /resources/restore";
