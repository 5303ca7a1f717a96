// The vendor's client for Mongoose does its administration; run with a URL, a token and the id of a database, it prints one JSON document of what it saw.

import astraMongoose from "@datastax/astra-mongoose";
import mongoose from "mongoose";
import { fetcherTo, refused } from "./shared.mjs";

const [url, token, existing] = process.argv.slice(2);
const UNKNOWN = "11111111-2222-4333-8444-555555555555";
const AWS = { cloudProvider: "AWS", region: "us-east-2" };

// The client polls every second and every ten; the emulator's time runs much faster than it expects.
const WAITING = { pollInterval: 20 };

const { createAstraUri, driver } = astraMongoose;
const connected = async (id, secret = token) => {
  const uri = createAstraUri(`https://${id}-us-east-2.apps.astra.datastax.com`, secret, "shop");
  const options = { httpOptions: { client: "custom", fetcher: fetcherTo(url) } };
  return new mongoose.Mongoose().setDriver(driver).createConnection(uri, options).asPromise();
};

const namesOf = async (connection) => (await connection.listDatabases()).databases.map((keyspace) => keyspace.name);

const keyspaces = async (connection) => {
  const before = await namesOf(connection);
  await connection.createKeyspace("second", WAITING);
  const both = await namesOf(connection.useDb("second"));
  await connection.admin.dropKeyspace("second", WAITING);
  return [before, both, await namesOf(connection)];
};

const main = async () => {
  // There is no connection without a database, so another client has made the first.
  const first = await connected(existing);
  const admin = first.client.admin({ endpointUrl: `${url}/v2` });
  const seen = { regions: (await admin.findAvailableRegions()).some((region) => region.name === "us-east-2") };
  const made = await admin.createDatabase({ name: "orders", keyspace: "shop", ...AWS }, WAITING);
  seen.databases = (await admin.listDatabases()).map((database) => database.name).sort();
  const connection = await connected(made.id);
  const info = await connection.admin.info();
  seen.created = [info.name, info.status, info.id === made.id];
  seen.keyspaces = await keyspaces(connection);
  seen["keyspace that is there"] = await refused(() => connection.createKeyspace("shop"));
  await connection.admin.drop(WAITING);
  seen.dropped = (await connection.admin.info()).status;
  seen["keyspace of what is dropped"] = await refused(() => connection.createKeyspace("third"));
  seen["unknown id"] = await refused(async () => (await connected(UNKNOWN)).listDatabases());
  seen["wrong token"] = await refused(async () => (await connected(made.id, `AstraCS:${"a".repeat(24)}:${"0".repeat(64)}`)).listDatabases());
  console.log(JSON.stringify(seen));
};

await main();
