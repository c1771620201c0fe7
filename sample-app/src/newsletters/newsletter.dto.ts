import { IsNotEmpty, IsString, Matches, MaxLength } from 'class-validator';

/** What the subscribers get; `{{name}}` and `{{email}}` stand for their own. */
export class NewsletterDto {
  @IsString()
  @MaxLength(200)
  @Matches(/^\P{Cc}+$/u, { message: 'subject must be one line' })
  subject!: string;

  /** The body as html. */
  @IsString()
  @IsNotEmpty()
  body!: string;
}
