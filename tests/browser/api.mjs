// The public API as a program uses it, beside the page: the other side of every comparison.
const PAGE = 500;

export async function signedInApi({ web, email, password }) {
  let token = await signIn();

  async function signIn() {
    const init = { method: "POST", body: JSON.stringify({ email, password }), headers: { "content-type": "application/json" } };
    const response = await fetch(`${web}/auth/v1/sessions`, init);
    if (!response.ok) throw new Error(`signing in: ${response.status} ${await response.text()}`);
    return (await response.json()).access_token;
  }

  async function get(path) {
    let response = await ask(path);
    if (response.status === 401) {
      token = await signIn(); // it lives for five minutes
      response = await ask(path);
    }
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  function ask(path) {
    return fetch(`${web}${path}`, { headers: { authorization: `Bearer ${token}` } });
  }

  /** All rows of a widget, page by page. */
  async function all(path) {
    const rows = [];
    let answer;
    do {
      const cursor = answer ? `&cursor=${encodeURIComponent(answer.next_cursor)}` : "";
      answer = await get(`${path}&limit=${PAGE}${cursor}`);
      rows.push(...answer.rows);
    } while (answer.next_cursor !== null);
    return { columns: answer.columns, rows };
  }

  return { get, all };
}
