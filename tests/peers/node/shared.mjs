// What the programs of both clients need.

// What AstraDbAdmin asks goes to the service's own address, for which the client has no option.
export const fetcherTo = (url) => ({
  async fetch({ url: target, method, headers, body }) {
    const answer = await fetch(target.replace("https://api.astra.datastax.com", url), { method, headers, body });
    return {
      url: answer.url,
      status: answer.status,
      statusText: answer.statusText,
      httpVersion: 1,
      headers: Object.fromEntries(answer.headers),
      body: await answer.text(),
    };
  },
});

export const refused = async (call) => {
  try {
    await call();
  } catch (problem) {
    return [problem.name, problem.status ?? null, problem.errors?.map((error) => error.id ?? null) ?? problem.message];
  }
  return "not refused";
};
