import { mount } from 'svelte';
import App from './App.svelte';
import { start } from './core/client';
import { registerServiceWorker } from './core/update.svelte';
import { startSettings } from './ui/settings.svelte';
import './ui/base.css';

const language = startSettings();
void language.then(start);
await language;
mount(App, { target: document.getElementById('app')! });
void registerServiceWorker();
