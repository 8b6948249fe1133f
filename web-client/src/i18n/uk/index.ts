/** The words of this language that everybody needs, in one piece that is loaded only when it is used. */
import app from './app.ftl?raw';
import records from './records.ftl?raw';

export default `${app}\n${records}`;
