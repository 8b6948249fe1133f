/** All words of this language, in one piece that is loaded only when it is used. */
const files = import.meta.glob<string>('./*.ftl', { eager: true, query: '?raw', import: 'default' });

export default Object.values(files).join('\n');
