import { expect, test } from 'vitest';
import { defaultRoute, parseRoutes, parseRoutes6 } from '../../../agent/linux/routes.ts';
import { ROUTES, ROUTES6, routeTable } from '../../fixtures/linux.ts';
import { fakeHost } from '../../fixtures/host.ts';

test('the default route of a recorded machine is found', () => {
  expect(parseRoutes(ROUTES)).toEqual({ card: 'eth0', gateway: '192.0.2.1' });
});

test('of several default routes the lowest metric wins, and the first of equals', () => {
  const wireless = 'wlan0\t00000000\t0100A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0';
  const cable = 'eno1\t00000000\tFE01A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0';
  expect(parseRoutes(routeTable(wireless, cable))).toEqual({ card: 'eno1', gateway: '192.168.1.254' });
  expect(parseRoutes(routeTable(wireless, wireless.replace('wlan0', 'wlan1')))?.card).toBe('wlan0');
});

test('a route to everybody without a next hop has no gateway', () => {
  expect(parseRoutes(routeTable('ppp0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0'))).toEqual({
    card: 'ppp0',
    gateway: null,
  });
});

test('half the address space, refused routes and routes that are down are no way out', () => {
  expect(parseRoutes(routeTable('tun0\t00000000\t01000A0A\t0003\t0\t0\t0\t00000080\t0\t0\t0'))).toBeNull();
  expect(parseRoutes(routeTable('eth0\t00000000\t010200C0\t0203\t0\t0\t0\t00000000\t0\t0\t0'))).toBeNull();
  expect(parseRoutes(routeTable('eth0\t00000000\t010200C0\t0002\t0\t0\t0\t00000000\t0\t0\t0'))).toBeNull();
  expect(parseRoutes(routeTable())).toBeNull();
  expect(parseRoutes('nonsense\n\n')).toBeNull();
});

test('IPv6 leads out where IPv4 does not, and unreachable routes on lo do not count', () => {
  expect(parseRoutes6(ROUTES6)).toEqual({ card: 'eth0', gateway: 'fd00::1' });
  expect(parseRoutes6(ROUTES6.replace(/^.* 00000003 +eth0\n/m, ''))).toBeNull();
  const four = routeTable();
  expect(defaultRoute(fakeHost({ files: { '/proc/net/route': four, '/proc/net/ipv6_route': ROUTES6 } }))).toEqual({
    card: 'eth0',
    gateway: 'fd00::1',
  });
  expect(defaultRoute(fakeHost())).toBeNull();
});
