/** The console of the issuing counters, and of those who steer them. */
import 'antd/dist/antd.css';
import '@rhc/console-shell/console.css';
import './card-issuer.css';
import { startConsole } from '@rhc/console-shell';
import { IssuerConsole } from './issuer-console.tsx';

startConsole(<IssuerConsole />);
