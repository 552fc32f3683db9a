/** The page's first line: puts the application in its place. */
import '@xterm/xterm/css/xterm.css';
import './ui/app.css';
import { mount } from 'svelte';
import App from './ui/App.svelte';

const target = document.getElementById('app');
if (!target) throw new Error('no #app');
mount(App, { target });
