// Behaviour of the start page and the documentation: the widget, where there is a demo, and small comforts.
(() => {
  'use strict';

  // The samples name this installation, so that they work as they are copied.
  for (const place of document.querySelectorAll('[data-origin]')) place.textContent = location.origin;
  for (const code of document.querySelectorAll('.prose code')) {
    if (/YOUR-HOST/.test(code.textContent)) {
      code.textContent = code.textContent.replaceAll('https://YOUR-HOST', location.origin).replaceAll('YOUR-HOST', location.host);
    }
  }

  // The code samples of the documentation and of the start page can be copied.
  for (const code of document.querySelectorAll('pre')) {
    // What scrolls must be reachable with the keyboard.
    code.tabIndex = 0;
    if (!navigator.clipboard) continue;
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy';
    button.textContent = 'Copy';
    button.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(code.innerText.trimEnd());
        button.textContent = 'Copied';
      } catch {
        button.textContent = 'Not copied';
      }
      setTimeout(() => (button.textContent = 'Copy'), 2000);
    });
    const box = document.createElement('div');
    box.className = 'copyable';
    code.replaceWith(box);
    box.append(code, button);
  }

  // Wide tables scroll by themselves, and are called like the heading above them.
  let title = '';
  for (const part of document.querySelectorAll('.prose h2, .prose table')) {
    if (part.matches('h2')) {
      title = part.textContent;
      continue;
    }
    const box = document.createElement('div');
    box.className = 'scroller';
    box.tabIndex = 0;
    box.role = 'region';
    box.ariaLabel = 'Table: ' + title;
    part.replaceWith(box);
    box.append(part);
  }

  // What the page holds, beside it.
  const contents = document.querySelector('.contents ul');
  const headings = document.querySelectorAll('.prose h2[id]');
  if (contents && headings.length > 2) {
    for (const heading of headings) {
      const link = document.createElement('a');
      link.href = '#' + heading.id;
      link.textContent = heading.textContent;
      const item = document.createElement('li');
      item.append(link);
      contents.append(item);
    }
    contents.closest('.contents').hidden = false;
  }

  // The menu of the documentation lies open beside the page on a wide screen, and folded above it on a narrow one.
  const menu = document.querySelector('.menu');
  if (menu) {
    const wide = matchMedia('(min-width: 60rem)');
    const fold = () => (menu.open = wide.matches);
    wide.addEventListener('change', fold);
    fold();
  }

  const start = ({ agent_id: agentId, api_key: apiKey }) => {
    if (!agentId || !apiKey) return;
    const loader = document.createElement('script');
    loader.src = '/widget.js';
    loader.addEventListener('load', () => {
      window.InsydrAI.init({ agentId, apiKey, theme: 'auto', color: '#2447d8' });
      for (const part of document.querySelectorAll('[data-demo]')) part.hidden = false;
    });
    document.head.append(loader);
  };

  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-ask], [data-open]');
    if (!button || !window.InsydrAI) return;
    window.InsydrAI.open();
    if (button.dataset.ask) window.InsydrAI.sendMessage(button.dataset.ask);
  });

  // An installation with a demo says which agent it is; most have none.
  fetch('/demo.json')
    .then((answer) => (answer.ok ? answer.json() : {}))
    .then(start)
    .catch(() => {});
})();
