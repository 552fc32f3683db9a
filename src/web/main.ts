/** The page's first line: puts the application in its place. */
import './boot.ts';
import '@xterm/xterm/css/xterm.css';
import './ui/app.css';
import { mount } from 'svelte';
import App from './ui/App.svelte';

const target = document.getElementById('app');
if (!target) throw new Error('no #app');
mount(App, { target });

// Once the prompt has been reached the rest is fetched, for the next visit without a network.
if (import.meta.env.PROD)
  new PerformanceObserver((list, observer) => {
    if (list.getEntriesByName('drydock:prompt').length === 0) return;
    observer.disconnect();
    void import('./offline/register.ts').then(({ keepOffline }) => keepOffline());
  }).observe({ type: 'mark', buffered: true });
