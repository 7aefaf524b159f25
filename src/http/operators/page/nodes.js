// The nodes of the cluster, the media servers, and the drain of this node.
import { ask } from "./api.js";
import { action, h, table } from "./dom.js";

export async function nodes(again) {
  const [cluster, media] = await Promise.all([ask("/internal/cluster"), ask("/internal/media")]);
  const alone = cluster.ledger === "memory";
  const lease = (node) => {
    if (node.renewedMsAgo === null || node.renewedMsAgo === undefined) return "–";
    const ago = `${(node.renewedMsAgo / 1000).toFixed(1)} s ago`;
    return node.isLive ? ago : h("span", { class: "bad" }, `ended ${ago}`);
  };
  const columns = [
    ["Node", (node) => [h("span", { class: "id" }, node.id), node.id === cluster.self ? " (this node)" : ""]],
    ["Lease renewed", lease],
    ["Version", (node) => node.version ?? "?"],
    ["Sockets", (node) => node.sockets ?? "?", "number"],
    ["Rooms", (node) => node.rooms ?? "?", "number"],
    ["Address", (node) => node.address ?? "?"],
  ];
  const drain = action(
    "Drain this node",
    {
      title: `Drain ${cluster.self}?`,
      text: alone
        ? "It closes its sockets and stops, as on SIGTERM. It is the only node: nobody can call until it is started again; calls go on if that is within two minutes."
        : "It closes its sockets, whose clients go on at the other nodes, and stops, as on SIGTERM. Whatever supervises it decides whether it is started again.",
      yes: "Drain the node",
    },
    async () => {
      await ask("/internal/drain", "POST");
      return "The node drains, and stops within twenty seconds.";
    },
  );
  const servers = media?.servers ?? [];
  return h(
    "section",
    {},
    h("h2", {}, "Nodes"),
    table(alone ? "This node is alone: its rooms are in its own memory" : "As Redis knows them, up to ten seconds old", columns, cluster.nodes),
    h("div", { class: "actions" }, h("button", { type: "button", click: again }, "Refresh"), drain),
    h("p", { class: "soft" }, "Another node is drained on its own operators’ listener, or with aldis node drain on its machine."),
    servers.length > 0 && h("h2", {}, "Media servers"),
    servers.length > 0 && h("pre", { class: "wide", tabindex: 0 }, JSON.stringify(servers, null, 2)),
  );
}
