import { describe, expect, it } from 'vitest';
import { employee, NOW, type OpenDatabase, office, RAMP } from './office.ts';

export function leavingContract(open: OpenDatabase): void {
  describe('what is out and cannot be switched off', () => {
    it('is known since when, until it is settled otherwise', async () => {
      await using contoso = await office(open, { targets: [{ ...RAMP, notesOut: true }] });
      await contoso.read('entra', 'user', [employee('1'), employee('2')]);
      const since = async (id: string) => (await contoso.subject(id)).outSince;
      await contoso.settle('1', { type: 'settled', outSince: NOW });
      expect([await since('1'), await since('2')]).toEqual([NOW, undefined]);
      const later = new Date(NOW.getTime() + 1000);
      await contoso.settle('1', { type: 'settled', outSince: later });
      expect(await since('1')).toEqual(NOW);
      const escrow = { code: 'unreachable', message: 'not there', attempts: 1, firstFailedAt: NOW };
      await contoso.settle('1', { type: 'escrow', escrow });
      expect(await since('1')).toEqual(NOW);
      await contoso.settle('1', { type: 'settled' });
      expect(await since('1')).toBeUndefined();
    });
  });
}
