import { GoServer } from "./go-server.js";

export const natsServer = new GoServer({
  name: "nats-server",
  version: "2.15.2",
  module: "github.com/nats-io/nats-server/v2",
  aboutSeconds: 90,
});
