/** Every provider there is. To add one, add its line; the type makes a name that differs from its key a compile error. */
import type { Provider } from '../domain/provider.ts';
import { haku } from './haku/provider.ts';
import { raceroster } from './raceroster/provider.ts';
import { runsignup } from './runsignup/provider.ts';

export const providers: readonly Provider[] = [runsignup, raceroster, haku];
