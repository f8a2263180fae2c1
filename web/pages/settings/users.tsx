import { Group, Stack } from '@mantine/core';
import { useLook } from '../../api/queries.ts';
import { Act } from '../../parts/act.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Instant } from '../../parts/instant.tsx';
import { Empty, Loaded } from '../../parts/page.tsx';

export function Users() {
  const look = useLook('user.list');
  return (
    <Stack gap="sm">
      <Group justify="flex-end">
        <Act
          name="user.add"
          label="New user"
          ask={['userName', 'role', 'password']}
          done={({ userName }) => `${userName} can sign in`}
        />
      </Group>
      <Loaded look={look} lines={4}>
        {(users) => (
          <DataTable
            label="Users"
            rows={users}
            keyOf={({ userName }) => userName}
            empty={<Empty title="Nobody can sign in yet" />}
            columns={[
              { header: 'Name', cell: ({ userName }) => userName },
              { header: 'Role', cell: ({ role }) => role },
              { header: 'Since', isExtra: true, cell: ({ createdAt }) => <Instant at={createdAt} /> },
              {
                header: 'Password set',
                isExtra: true,
                cell: ({ passwordSetAt }) => <Instant at={passwordSetAt} />,
              },
              {
                header: <span className="visually-hidden">Acts</span>,
                isNumber: true,
                cell: ({ userName, role }) => (
                  <Group gap="xs" justify="flex-end">
                    <Act
                      name="user.set"
                      label="Role"
                      input={{ userName }}
                      initial={{ role }}
                      ask={['role']}
                      consequence={`${userName} gets another role, from the next request on.`}
                      done={() => `${userName} has another role`}
                    />
                    <Act
                      name="user.password"
                      label="Password"
                      input={{ userName }}
                      ask={['password']}
                      consequence={`All sessions of ${userName} end.`}
                      done={() => `${userName} has another password`}
                    />
                    <Act
                      name="user.remove"
                      label="Remove"
                      input={{ userName }}
                      isDangerous
                      consequence={`${userName} can sign in no more, and all sessions end.`}
                      done={() => `${userName} is removed`}
                    />
                  </Group>
                ),
              },
            ]}
          />
        )}
      </Loaded>
    </Stack>
  );
}
