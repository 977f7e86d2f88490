/* global React, ReactDOM, GraphiQL */
(async () => {
  // The link printed at start ends in #key=…: a part of the address that browsers never send anywhere.
  const key = new URLSearchParams(location.hash.slice(1)).get('key');
  if (key !== null) {
    // Tabs kept from another start hold another key.
    for (const name of Object.keys(localStorage)) if (name.startsWith('graphiql:')) localStorage.removeItem(name);
    history.replaceState(null, '', location.pathname);
  }
  const headers = JSON.stringify({ authorization: `Bearer ${key ?? '<your key>'}` }, null, 2);
  const operations = await (await fetch('/graphiql/operations.json')).json();
  const url = new URL('/graphql', location.href);
  const fetcher = GraphiQL.createFetcher({ url: url.href, subscriptionUrl: url.href.replace(/^http/, 'ws') });

  ReactDOM.createRoot(document.getElementById('graphiql')).render(
    React.createElement(GraphiQL, {
      fetcher,
      headers,
      defaultHeaders: headers,
      defaultTabs: operations.map((operation) => ({ ...operation, headers })),
      defaultEditorToolsVisibility: 'headers',
      shouldPersistHeaders: true,
    }),
  );
})();
