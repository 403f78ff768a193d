import { GoServer } from "./go-server.js";

export const etcdServer = new GoServer({
  name: "etcd",
  version: "3.7.3",
  module: "go.etcd.io/etcd/server/v3",
  aboutSeconds: 120,
});
