/** The console of security staff and auditors. */
import 'antd/dist/antd.css';
import '@rhc/console-shell/console.css';
import './key-service.css';
import { startConsole } from '@rhc/console-shell';
import { KeyConsole } from './key-console.tsx';

startConsole(<KeyConsole />);
