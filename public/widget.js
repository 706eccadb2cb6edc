/*
 * The loader of the chat widget. It runs on customers' pages, so it is small, asks for nothing until the visitor shows
 * intent, and leaves two names behind: `InsydrAI` and `Edgewise`, the same object.
 *
 * Install, without a line of JavaScript:
 *   <script async src="https://HOST/widget.js" data-agent-id="agent_…" data-api-key="pk_live_…"></script>
 * with code:
 *   <script src="https://HOST/widget.js"></script>
 *   <script>InsydrAI.init({ agentId: 'agent_…', apiKey: 'pk_live_…' })</script>
 * or with code that may run before the loader has arrived; what it calls is recorded in an array and done later:
 *   <script>
 *     window.InsydrAI = window.InsydrAI || new Proxy([], {
 *       get: (calls, name) => (name in calls ? calls[name] : (...values) => calls.push([name, ...values])),
 *     })
 *   </script>
 *   <script async src="https://HOST/widget.js"></script>
 *
 * init(settings)      agentId, apiKey; position 'bottom-right' | 'bottom-left', theme 'light' | 'dark' | 'auto' and
 *                     color '#rrggbb' win over the agent's own. Again: changes the settings, or the agent.
 *                     As attributes of the script tag: data-agent-id, data-api-key, data-position, data-theme, data-color.
 * open() close() toggle() isOpen()           the panel
 * show() hide()                              the launcher
 * sendMessage(text)                          asks in the visitor's name
 * prefill(text)                              puts the text into the input
 * setTheme(theme)
 * getSession()                               { agentId, sessionId }, or null before init
 * reset()                                    forgets the conversation and begins a new one
 * destroy()                                  removes everything; init() begins again
 * on(name, callback) once(name, callback)    return a function that unsubscribes
 * off(name, callback)                        without a callback: all of that name
 * push([method, ...values])                  calls a method; for the recording array above
 *
 * Events: ready open close message message:sent message:received stream:start stream:end feedback error. Each is also
 * dispatched on `window` as a CustomEvent `insydr:<name>`.
 *
 * A page with a strict Content-Security-Policy needs HOST in script-src and frame-src. With HOST in connect-src as well
 * the browser has nothing to report: without, the iframe makes the one request that this script may not.
 * The iframe and this script trust only each other: every message is checked for its origin and its source.
 */
(() => {
  'use strict';

  const script = document.currentScript || document.querySelector('script[src*="/widget.js"]');
  const earlier = window.InsydrAI || window.Edgewise;
  if (!script) return;
  if (earlier && earlier.loader) {
    // The snippet is on the page twice, or a navigation without a page load has run it again.
    earlier.push(['init', script.dataset]);
    return;
  }

  const origin = new URL(script.src).origin;
  const READY_WITHIN = 15000;
  const narrow = matchMedia('(max-width:480px)');
  const dark = matchMedia('(prefers-color-scheme:dark)');
  const page = document.documentElement;

  let settings; // What init was given.
  let life; // Ends every listener and request of this widget when it is aborted.
  let host, root, panel, frame, launcher, note, teaser; // Its elements.
  let config; // What the service says of the agent; carries the visitor's token.
  let known; // The part of it that may be shown without asking: kept from the last visit.
  let stage; // 'idle', then 'loading', then 'ready' or 'failed'.
  let greeted; // The iframe has said hello and waits for its configuration.
  let outbox; // Messages for the iframe that it cannot take yet.
  let barred; // The host page's policy forbids requests to us.
  let timer, opened, hidden, unread, locked, returnTo, sessionId;

  const listeners = new Map();

  const emit = (name, detail) => {
    for (const callback of [...(listeners.get(name) || [])]) {
      try {
        callback(detail);
      } catch (error) {
        console.error(error);
      }
    }
    dispatchEvent(new CustomEvent('insydr:' + name, { detail }));
  };

  // Reads or writes the host page's storage, which may be switched off.
  const kept = (name, value) => {
    const key = `edgewise:${name}:${settings.agentId}`;
    try {
      return value ? localStorage.setItem(key, value) : localStorage.getItem(key);
    } catch {
      return null;
    }
  };

  const newSession = () => {
    const numbers = crypto.getRandomValues(new Uint32Array(4));
    sessionId = 'sess_' + [...numbers].map((number) => number.toString(36).padStart(7, 0)).join('');
    kept('session', sessionId);
  };

  const element = (name, attributes, ...children) => {
    const made = document.createElementNS(`http://www.w3.org/${/svg|path/.test(name) ? '2000/svg' : '1999/xhtml'}`, name);
    for (const key of Object.keys(attributes)) made.setAttribute(key, attributes[key]);
    made.append(...children);
    return made;
  };

  const icon = (name, d) => element('svg', { class: 'icon ' + name, viewBox: '0 0 24 24', 'aria-hidden': true }, element('path', { d }));

  const cross = (label, act) => button('cross', { 'aria-label': label }, act, icon('', 'M7 7l10 10M17 7L7 17'));

  const button = (name, attributes, act, ...children) => {
    const made = element('button', { type: 'button', class: name, ...attributes }, ...children);
    made.onclick = act;
    return made;
  };

  const STYLE = `
:host{all:initial!important;position:fixed!important;width:0!important;height:0!important;z-index:2147483000!important}
@media print{:host{display:none!important}}
*{box-sizing:border-box}
.root{--surface:#fff;--text:#16181d;--shadow:0 0 0 1px #00000014,0 8px 32px #0003;--bottom:calc(20px + env(safe-area-inset-bottom,0px));--above:calc(var(--bottom) + 72px);font:15px/1.45 system-ui,sans-serif;color:var(--text)}
.dark{--surface:#15171c;--text:#eceef2;--shadow:0 0 0 1px #ffffff1f,0 8px 32px #0008}
button{all:unset;box-sizing:border-box;cursor:pointer;-webkit-tap-highlight-color:transparent}
button:focus-visible{outline:3px solid var(--color);outline-offset:3px}
.launcher,.panel,.teaser{position:fixed;right:20px;background:var(--surface);box-shadow:var(--shadow)}
.left>*{right:auto;left:20px}
.launcher{bottom:var(--bottom);width:56px;height:56px;border-radius:50%;border:1px solid transparent;background:var(--color);color:var(--on);transition:transform .2s,background .3s}
.launcher:hover{transform:scale(1.06)}
.launcher:active{transform:scale(.96)}
.icon{position:absolute;inset:0;margin:auto;width:26px;height:26px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round;transition:transform .2s,opacity .2s}
.chat{fill:currentColor}
.down,.open .chat{opacity:0;transform:rotate(-45deg) scale(.6)}
.open .down{opacity:1;transform:none}
.unread .launcher:after{content:"";position:absolute;top:0;right:0;width:14px;height:14px;border-radius:50%;background:#e5484d;border:2px solid #fff}
.panel{outline:0;bottom:var(--above);width:min(400px,100vw - 40px);height:min(680px,100dvh - 116px);border-radius:var(--radius);overflow:hidden;visibility:hidden;opacity:0;transform:translateY(12px);transition:opacity .2s,transform .2s,visibility 0s .2s}
.open .panel{visibility:visible;opacity:1;transform:none;transition-delay:0s}
iframe{position:absolute;inset:0;width:100%;height:100%;border:0;opacity:0;transition:opacity .2s}
.ready iframe{opacity:1}
.loading .panel:after{content:"";position:absolute;inset:0;margin:auto;width:28px;height:28px;border-radius:50%;border:3px solid #8883;border-top-color:var(--color);animation:turn .8s linear infinite}
@keyframes turn{to{transform:rotate(1turn)}}
.note{display:none;place-content:center;justify-items:center;gap:16px;height:100%;padding:32px;text-align:center}
.failed .note{display:grid}
.note button{padding:9px 18px;border-radius:20px;background:var(--color);color:var(--on);font-weight:600}
.cross{position:absolute;top:6px;right:6px;width:32px;height:32px}
.cross .icon{width:18px}
.teaser{bottom:var(--above);max-width:min(280px,100vw - 40px);border-radius:16px;animation:rise .3s}
.say{padding:14px 42px 14px 16px;overflow-wrap:anywhere;border-radius:16px}
@keyframes rise{from{opacity:0;transform:translateY(12px)}}
.hidden .launcher,.hidden .teaser,.panel .cross{display:none}
@media (min-width:481px){.failed .panel{height:220px}}
@media (max-width:480px){.panel{inset:var(--top,0) 0 auto;width:100%;height:var(--height,100dvh);border-radius:0}.open .launcher{display:none}.failed .cross,.loading .cross{display:block}}
@media (prefers-reduced-motion:reduce){*{transition:none!important;animation:none!important}}
@media (forced-colors:active){.panel,.teaser{border:1px solid}}
`;

  const build = () => {
    const options = { signal: life.signal };
    launcher = button('launcher', { 'aria-haspopup': 'dialog' }, toggle,
      icon('chat', 'M12 3.5c5 0 8.8 3.3 8.8 7.6s-3.8 7.6-8.8 7.6c-1 0-2-.1-2.9-.4L4.9 20.5l.9-3.8a7.1 7.1 0 0 1-2.6-5.6C3.2 6.8 7 3.5 12 3.5z'),
      icon('down', 'M6 9.5l6 6 6-6'));
    note = element('div', { role: 'alert' });
    const retry = () => {
      load();
      panel.focus();
    };
    panel = element('div', { class: 'panel', tabindex: -1 },
      element('div', { class: 'note' }, note, button('', {}, retry, 'Try again')), cross('Close', close));
    root = element('section', { 'aria-label': 'Chat' }, panel, launcher);
    host = element('edgewise-chat', {});
    const shadow = host.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    shadow.adoptedStyleSheets = [sheet];
    shadow.append(root);
    // Beside the body and not in it: navigations that swap the body leave the conversation alone.
    page.append(host);
    const observer = new MutationObserver(() => host.isConnected || document.documentElement.append(host));
    for (const node of [document, page]) observer.observe(node, { childList: true });
    life.signal.addEventListener('abort', () => observer.disconnect());

    launcher.onpointerenter = launcher.onfocus = load;
    root.onkeydown = ({ key }) => {
      if (key === 'Escape') close();
    };
    addEventListener('message', hear, options);
    document.addEventListener('securitypolicyviolation', (event) => {
      barred ||= /connect/.test(event.effectiveDirective) && event.blockedURI.startsWith(origin);
    }, options);
    // The iframe has just taken the focus: a page without page loads may have moved on since.
    addEventListener('blur', () => stage === 'ready' && tell('page', place()), options);
    dark.addEventListener('change', retheme, options);
    narrow.addEventListener('change', paint, options);
    window.visualViewport?.addEventListener('resize', paint, options);
  };

  const place = () => ({ page_url: location.href, modal: narrow.matches });

  const appearance = () => ({ ...(config || known)?.appearance });

  const theme = () => {
    const wanted = settings.theme || appearance().theme;
    return wanted === 'dark' || (wanted !== 'light' && dark.matches) ? 'dark' : 'light';
  };

  // White where its contrast is 4.5, else black, by the luminance of WCAG: the same choice as inside the iframe.
  const foreground = (color) => {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const value = parseInt(color.slice(at, at + 2), 16) / 255;
      return value > 0.04 ? ((value + 0.055) / 1.055) ** 2.4 : value / 12.92;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 11 / 60 ? '#000' : '#fff';
  };

  const paint = () => {
    const { primary_color, border_radius = 16, position } = appearance();
    const color = [settings.color, primary_color].find((wanted) => /^#[0-9a-f]{6}$/i.test(wanted)) || '#2f5bea';
    const modal = opened && narrow.matches;
    root.className = [
      'root', stage, theme(), opened && 'open', hidden && 'hidden', unread && 'unread',
      /left/.test(settings.position || position) && 'left',
    ].filter(Boolean).join(' ');
    const values = { color, on: foreground(color), radius: Math.min(border_radius, 28) + 'px' };
    const view = window.visualViewport;
    if (view && modal) Object.assign(values, { height: view.height + 'px', top: view.offsetTop + 'px' });
    for (const name of Object.keys(values)) root.style.setProperty('--' + name, values[name]);
    launcher.setAttribute('aria-expanded', !!opened);
    launcher.setAttribute('aria-label', opened ? 'Close chat' : unread ? 'Open chat, new message' : 'Open chat');
    if (modal !== locked && document.body) {
      // The panel covers the page: neither scrolling nor the tab key may reach what is behind it.
      locked = modal;
      document.body.inert = locked;
      page.style.overflow = locked ? 'hidden' : '';
    }
  };

  const configure = async (failed) => {
    const current = life;
    try {
      const response = await fetch(`${origin}/api/v1/widget/config/${encodeURIComponent(settings.agentId)}`, {
        headers: { 'X-API-Key': settings.apiKey },
        credentials: 'omit',
      });
      const answer = await response.json();
      if (!response.ok) throw Object.assign(new Error(answer.detail), answer);
      if (current === life) receive(answer);
    } catch (error) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (current !== life) return;
      if (!barred) failed(error);
      else if (greeted) ask();
    }
  };

  // The page's policy may know us as a script and a frame only: then the iframe asks in our place.
  const ask = () => tell('ask', { api_key: settings.apiKey });

  const receive = (answer) => {
    config = answer;
    known = { appearance: config.appearance, behavior: config.behavior };
    kept('look', JSON.stringify(known));
    if (stage === 'ready') return tell('token', { config });
    paint();
    tease();
    greet();
  };

  // Everything that costs a request begins here, with the visitor's first sign of intent.
  const load = () => {
    if (stage === 'loading' || stage === 'ready') return;
    stage = 'loading';
    greeted = false;
    timer = setTimeout(() => fail(new Error('timed out')), READY_WITHIN);
    frame = element('iframe', {
      title: 'Chat',
      allow: 'clipboard-write',
      src: `${origin}/embed/${encodeURIComponent(settings.agentId)}?host=${encodeURIComponent(location.origin)}`,
    });
    panel.prepend(frame);
    paint();
    configure(fail);
  };

  const fail = (error) => {
    clearTimeout(timer);
    stage = 'failed';
    frame.remove();
    note.textContent = navigator.onLine ? 'The chat is not available on this page.' : 'You are offline.';
    paint();
    console.error(`[Edgewise] No chat: ${error.message}. Does the key allow ${location.origin}?`);
    emit('error', { code: error.code || 'UNAVAILABLE', detail: error.message });
  };

  const tell = (type, values) => frame.contentWindow.postMessage({ edgewise: 1, type, ...values }, origin);

  const send = (type, values) => (stage === 'ready' ? tell(type, values) : outbox.push([type, values]));

  const greet = () => {
    if (greeted && config) tell('init', { config, session_id: sessionId, look: look(), place: place() });
  };

  const look = () => ({ theme: theme(), color: settings.color });

  const retheme = () => {
    paint();
    if (stage === 'ready') tell('theme', look());
  };

  const hear = ({ source, origin: from, data }) => {
    if (!frame || source !== frame.contentWindow || from !== origin || !data || data.edgewise !== 1) return;
    const { type, name, detail } = data;
    if (type === 'hello') {
      // Also after the iframe has been moved in the document, which loads it again.
      greeted = true;
      stage = 'loading';
      if (barred && !config) ask();
      greet();
    } else if (type === 'ready') {
      clearTimeout(timer);
      stage = 'ready';
      for (const [later, values] of outbox.splice(0)) tell(later, values);
      if (opened) arrive();
      paint();
    } else if (type === 'failed') {
      if (stage === 'ready') tell('refused');
      else fail(new Error(data.detail));
    } else if (type === 'config') {
      receive(data.config);
    } else if (type === 'token') {
      configure(() => tell('refused'));
    } else if (type === 'close') {
      close();
    } else if (type === 'reset') {
      reset();
    } else if (type === 'event') {
      if (name === 'message:received' && !opened) {
        unread = true;
        paint();
      }
      if (/^message:/.test(name)) emit('message', detail);
      emit(name, detail);
    }
  };

  // The focus follows only a visitor's own act: a script that opens the panel does not take it away.
  const arrive = () => {
    tell('opened', { ...place(), focus: !!returnTo });
    if (returnTo) frame.focus();
  };

  // Says the greeting beside the launcher, once in a conversation.
  const tease = () => {
    const { greeting_enabled, greeting_delay, greeting_message } = known?.behavior ?? {};
    if (!greeting_enabled || !greeting_message || kept('greeted') === sessionId || teaser) return;
    const current = life;
    setTimeout(() => {
      if (current !== life || opened || teaser) return;
      const dismiss = () => {
        kept('greeted', sessionId);
        teaser.remove();
      };
      teaser = element('div', { class: 'teaser' },
        button('say', {}, open, greeting_message),
        cross('Dismiss', dismiss));
      root.append(teaser);
    }, Math.max(0, greeting_delay - performance.now()));
  };

  const open = () => {
    if (!life || opened) return;
    opened = true;
    unread = false;
    returnTo = (navigator.userActivation?.isActive ?? true) && document.activeElement;
    kept('greeted', sessionId);
    teaser?.remove();
    load();
    paint();
    if (returnTo) panel.focus();
    if (stage === 'ready') arrive();
    emit('open');
  };

  const close = () => {
    if (!life || !opened) return;
    const focused = document.activeElement === host;
    opened = false;
    paint();
    if (focused) (hidden && returnTo ? returnTo : launcher).focus();
    emit('close');
  };

  const toggle = () => (opened ? close() : open());

  const setHidden = (value) => {
    if (!life) return;
    hidden = value;
    if (hidden) close();
    paint();
  };

  const reset = () => {
    if (!life) return;
    newSession();
    send('reset', { session_id: sessionId });
  };

  const destroy = () => {
    if (!life) return;
    close();
    life.abort();
    host.remove();
    clearTimeout(timer);
    settings = life = config = known = teaser = frame = hidden = unread = undefined;
  };

  const init = (given) => {
    const wanted = { ...settings, ...given };
    if (!wanted.agentId || !wanted.apiKey) {
      console.error('[Edgewise] init needs an agentId and an apiKey.');
      return;
    }
    if (life && wanted.agentId === settings.agentId && wanted.apiKey === settings.apiKey) {
      settings = wanted;
      retheme();
      return;
    }
    destroy();
    settings = wanted;
    life = new AbortController();
    stage = 'idle';
    outbox = [];
    sessionId = kept('session');
    if (!sessionId) newSession();
    try {
      known = JSON.parse(kept('look'));
    } catch {
      known = null;
    }
    build();
    paint();
    tease();
    setTimeout(() => life && emit('ready', api.getSession()));
  };

  const off = (name, callback) => {
    if (!callback) listeners.delete(name);
    else listeners.get(name)?.delete(callback);
  };

  const on = (name, callback) => {
    if (!listeners.has(name)) listeners.set(name, new Set());
    listeners.get(name).add(callback);
    return () => off(name, callback);
  };

  const api = {
    loader: 1,
    init, open, close, toggle, reset, destroy, on, off,
    isOpen: () => !!opened,
    show: () => setHidden(false),
    hide: () => setHidden(true),
    once: (name, callback) => {
      const stop = on(name, (detail) => {
        stop();
        callback(detail);
      });
      return stop;
    },
    sendMessage: (text) => {
      if (!life) return;
      load();
      send('send', { text: String(text) });
    },
    prefill: (text) => life && send('prefill', { text: String(text) }),
    setTheme: (wanted) => life && init({ theme: wanted }),
    getSession: () => (life ? { agentId: settings.agentId, sessionId } : null),
    push: (...calls) => {
      for (const [method, ...values] of calls) api[method](...values);
    },
  };

  window.InsydrAI = window.Edgewise = api;
  if (script.dataset.agentId) init(script.dataset);
  if (Array.isArray(earlier)) api.push(...earlier);
})();
