/** A picker in React 19, which sets properties of custom elements and listens to their events. */
import { createClient } from "@supabase/supabase-js";
import "media-sync-client/picker";
import { createElement, useState } from "react";
import { createRoot } from "react-dom/client";

function Article({ client }) {
  const [chosen, setChosen] = useState([]);
  return (
    <main>
      <h1>A new article</h1>
      <media-picker
        accept="image/*"
        label="Choose a cover"
        client={client}
        onchange={({ detail }) => setChosen(detail)}
      />
      {chosen.map(({ id, secure_url, alt }) => <img key={id} src={secure_url} alt={alt} />)}
    </main>
  );
}

const { url, publishable_key } = await (await fetch("config.json")).json();
createRoot(document.getElementById("app")).render(
  createElement(Article, { client: createClient(url, publishable_key) }),
);
