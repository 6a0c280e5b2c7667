/** The flags that make a listing complete; without them Cloudinary leaves the fields out. */
export const FLAGS = ["tags", "context", "metadata", "moderations"]
  .map((name): [string, string] => [name, "true"]);
