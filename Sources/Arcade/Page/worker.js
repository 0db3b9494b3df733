// Keeps the page for times without a connection; everything else is asked of the server.
const files = ["./", "arcade.css", "arcade.js", "state.js", "session.js", "boards.js", "together.js", "texts.js", "step.js",
  "offline.js"];
const store = "arcade-1";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(store).then((cache) => cache.addAll(files)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  const base = new URL("./", self.location).pathname;
  const isFile = event.request.method === "GET" && pathname.startsWith(base)
    && files.some((file) => pathname === base + file.replace("./", ""));
  if (!isFile) return;
  // The server's, so that a new version is taken at once; what was kept, where there is none.
  event.respondWith(fetch(event.request).then(async (answer) => {
    if (answer.ok) (await caches.open(store)).put(event.request, answer.clone());
    return answer;
  }, async () => (await caches.match(event.request, { ignoreSearch: true })) ?? Response.error()));
});
