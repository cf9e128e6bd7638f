// The map of a network, by itself on a page; what it does is in map.js.

import { mounting } from "../kit/mounting.js";
import { NetworkMap } from "./map.js";

export default mounting(NetworkMap);
