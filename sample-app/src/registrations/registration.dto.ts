import { IsEmail, IsString, Length } from 'class-validator';

/** Who registers. */
export class RegistrationDto {
  @IsEmail()
  email!: string;

  @IsString()
  @Length(1, 100)
  name!: string;
}
