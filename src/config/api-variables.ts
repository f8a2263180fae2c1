/** Where `atp serve` listens, and what must be there before it listens to others than this machine. */
import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import { API_PORT } from '../domain/limits.ts';
import { isLoopbackHost } from '../domain/loopback.ts';

export interface ApiSettings {
  readonly host: string;
  readonly port: number;
  /** Only this machine reaches it. */
  readonly isOnLoopback: boolean;
  /** Names by which it is called, besides those of the loopback: in lower case, without a port. */
  readonly hosts: readonly string[];
  /** Paths of its certificate and key; null: it speaks HTTP. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  /** The address, or the network, of the proxy that speaks TLS for it; null: none does. */
  readonly trustedProxy: string | null;
}

const PORT_MAX = 65_535;
const ADDRESS = /^(\[[0-9a-f:]+\]|[^\s:/@[\]]+):(\d{1,5})$/i;
const HOST = /^([a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:]+\])$/;

export const apiVariables = z
  .object({
    ATP_API_ADDRESS: z
      .string()
      .refine((text) => Number(ADDRESS.exec(text)?.[2] ?? PORT_MAX + 1) <= PORT_MAX, {
        error: 'must be host:port',
      })
      .default(`127.0.0.1:${API_PORT}`),
    ATP_API_HOSTS: z
      .string()
      .transform((text) => text.toLowerCase().split(','))
      .refine((names) => names.every((name) => HOST.test(name)), {
        error: 'must be names without ports, with commas between them: atp.example.com',
      })
      .default([]),
    ATP_API_PUBLISHED_ON: z.literal('loopback', { error: 'must be loopback' }).optional(),
    ATP_API_TLS_CERT_FILE: z.string().optional(),
    ATP_API_TLS_KEY_FILE: z.string().optional(),
    ATP_API_TRUSTED_PROXY: z
      .string()
      .refine(isAddressOrNetwork, {
        error: 'must be the proxy’s IP address, or its network such as 10.0.0.0/24',
      })
      .optional(),
  })
  .superRefine((variables, context) => {
    const { ATP_API_HOSTS, ATP_API_TRUSTED_PROXY } = variables;
    const { ATP_API_TLS_CERT_FILE: cert, ATP_API_TLS_KEY_FILE: key } = variables;
    if ((cert === undefined) !== (key === undefined)) {
      context.addIssue('ATP_API_TLS_CERT_FILE and ATP_API_TLS_KEY_FILE go together: one of them is not set');
    }
    if (isOnLoopback(variables)) return;
    if (cert === undefined && ATP_API_TRUSTED_PROXY === undefined) {
      context.addIssue(
        'ATP_API_ADDRESS is not on the loopback: passwords and tokens would go over the network as they are. Set ATP_API_TLS_CERT_FILE and ATP_API_TLS_KEY_FILE, or ATP_API_TRUSTED_PROXY where a proxy speaks TLS',
      );
    }
    if (ATP_API_HOSTS.length === 0) {
      context.addIssue('ATP_API_HOSTS is not set: it names the hosts by which the API is called');
    }
  })
  .transform((variables): ApiSettings => {
    const { ATP_API_TLS_CERT_FILE: certFile, ATP_API_TLS_KEY_FILE: keyFile } = variables;
    const host = hostOf(variables.ATP_API_ADDRESS);
    return {
      host: host.replace(/^\[(.*)\]$/, '$1'),
      port: Number(ADDRESS.exec(variables.ATP_API_ADDRESS)?.[2]),
      isOnLoopback: isOnLoopback(variables),
      hosts: variables.ATP_API_HOSTS,
      tls: certFile === undefined || keyFile === undefined ? null : { certFile, keyFile },
      trustedProxy: variables.ATP_API_TRUSTED_PROXY ?? null,
    };
  });

/** A server on this machine alone, by HTTP. @param port 0: any that is free */
export function loopbackApi(port: number): ApiSettings {
  return { host: '127.0.0.1', port, isOnLoopback: true, hosts: [], tls: null, trustedProxy: null };
}

/** Its own address, or the one at which the port of its container is published. */
function isOnLoopback(variables: {
  readonly ATP_API_ADDRESS: string;
  readonly ATP_API_PUBLISHED_ON?: 'loopback' | undefined;
}): boolean {
  return variables.ATP_API_PUBLISHED_ON === 'loopback' || isLoopbackHost(hostOf(variables.ATP_API_ADDRESS));
}

function hostOf(address: string): string {
  return ADDRESS.exec(address)?.[1] ?? address;
}

function isAddressOrNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  if (bits === undefined) return true;
  return /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128);
}

/** The addresses that are the proxy's. */
export function proxyAddresses(trustedProxy: string): BlockList {
  const [address = '', bits] = trustedProxy.split('/');
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  if (bits === undefined) list.addAddress(address, family);
  else list.addSubnet(address, Number(bits), family);
  return list;
}
