import { serve } from "../harness/role.js";
import { datumsOf } from "../mosaik/datums.js";
import { connect, SUBJECT } from "./nats-client.js";

const { codec } = datumsOf("readings");

const commands = {
  async connect(port: number): Promise<void> {
    const connection = await connect(port);
    connection.subscribe(SUBJECT, {
      callback(error, message) {
        if (error !== null) throw error;
        message.respond(codec.encode(codec.decode(message.data)));
      },
    });
    await connection.flush();
  },
};
export type NatsResponder = typeof commands;
serve(commands);
