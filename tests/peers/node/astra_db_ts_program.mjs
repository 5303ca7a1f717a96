// The vendor's TypeScript client does its administration; run with a URL and a token, it prints one JSON document of what it saw.

import { DataAPIClient } from "@datastax/astra-db-ts";
import { fetcherTo, refused } from "./shared.mjs";

const [url, token] = process.argv.slice(2);
const UNKNOWN = "11111111-2222-4333-8444-555555555555";
const AWS = { cloudProvider: "AWS", region: "us-east-2" };

// The client polls every second and every ten; the emulator's time runs much faster than it expects.
const WAITING = { pollInterval: 20 };

// `endpointUrl` is the address for AstraAdmin; the fetcher leads the requests of AstraDbAdmin there.
const adminOf = (secret) =>
  new DataAPIClient(secret, { httpOptions: { client: "custom", fetcher: fetcherTo(url) } }).admin({ adminToken: secret, endpointUrl: `${url}/v2` });

const created = async (admin) => {
  const database = await admin.createDatabase({ name: "orders", keyspace: "shop", ...AWS }, WAITING);
  const info = await admin.dbInfo(database.id);
  const own = await database.info();
  return [database, [info.name, info.status, info.keyspaces, info.regions.map((region) => region.name), own.id === info.id]];
};

const keyspaces = async (database) => {
  await database.createKeyspace("second", WAITING);
  const both = await database.listKeyspaces();
  await database.dropKeyspace("second", WAITING);
  return [both, await database.listKeyspaces()];
};

const notWaitedFor = async (admin) => {
  const database = await admin.createDatabase("orders", AWS, { blocking: false });
  const seen = new Set();
  for (let info; info?.status !== "ACTIVE"; seen.add(info.status)) {
    info = await admin.dbInfo(database.id);
  }
  const first = await admin.createDatabase("orders", AWS, { blocking: false });
  await admin.dropDatabase(first.id, { blocking: false });
  const status = (await admin.dbInfo(first.id)).status;
  const names = (await admin.listDatabases()).map((found) => found.name);
  return [[...seen].at(-1), database.id !== first.id, status, names];
};

const paged = async (admin) => {
  for (let number = 0; number < 30; number++) {
    await admin.createDatabase(`db${number}`, AWS, { blocking: false });
  }
  const found = [];
  for (let page = await admin.listDatabases({ limit: 10 }); page.length; ) {
    found.push(...page);
    page = await admin.listDatabases({ limit: 10, startingAfter: found.at(-1).id });
  }
  // Another database may still be terminating, and so be in the list, or not.
  const names = found.map((database) => database.name).filter((name) => name.startsWith("db"));
  const filtered = await admin.listDatabases({ provider: "GCP" });
  return [names.length, new Set(names).size, filtered.length];
};

const regions = async (admin) => {
  const enabled = await admin.findAvailableRegions();
  const all = await admin.findAvailableRegions({ onlyOrgEnabledRegions: false });
  return [enabled.length <= all.length, [...new Set(all.map((region) => region.cloudProvider.toUpperCase()))].sort()];
};

const groups = async (admin) => {
  const [group] = await admin.listPCUGroups({ cloudProvider: "AWS", region: "us-east-2" });
  const elsewhere = await admin.listPCUGroups({ cloudProvider: "AWS", region: "us-west-2" });
  const inGroup = await refused(() => admin.createDatabase("grouped", { ...AWS, pcuGroupUUID: group.uuid }, WAITING));
  return [group.title, group.status, elsewhere.length, inGroup[0]];
};

const dropped = async (admin, database) => {
  await database.drop(WAITING);
  const left = await admin.listDatabases();
  return [left.some((found) => found.id === database.id), (await admin.dbInfo(database.id)).status];
};

const main = async () => {
  const admin = adminOf(token);
  const seen = { regions: await regions(admin) };
  const [database, about] = await created(admin);
  seen.created = about;
  seen.keyspaces = await keyspaces(database);
  seen["not waited for"] = await notWaitedFor(admin);
  seen.groups = await groups(admin);
  seen.paged = await paged(admin);
  seen["keyspace that is there"] = await refused(() => database.createKeyspace("shop"));
  seen["keyspace that is not"] = await refused(() => database.dropKeyspace("missing", WAITING));
  seen.dropped = await dropped(admin, database);
  seen["unknown id"] = await refused(() => admin.dbInfo(UNKNOWN));
  seen["dropping an unknown id"] = await refused(() => admin.dropDatabase(UNKNOWN));
  seen["no such region"] = await refused(() => admin.createDatabase("orders", { cloudProvider: "AWS", region: "nowhere-1" }));
  seen["wrong token"] = await refused(() => adminOf(`AstraCS:${"a".repeat(24)}:${"0".repeat(64)}`).listDatabases());
  console.log(JSON.stringify(seen));
};

await main();
